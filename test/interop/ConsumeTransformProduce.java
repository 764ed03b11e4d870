import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Consumes orders, writes an invoice for each and commits the offsets with them, exactly once, one transaction per poll. Arguments: bootstrap,
 * from topic, to topic, transactional id, how many. The first transaction is aborted, and its orders are consumed again. Prints how many
 * records were in it.
 */
public class ConsumeTransformProduce {
  public static void main(String[] arguments) {
    String bootstrap = arguments[0], from = arguments[1], to = arguments[2], id = arguments[3];
    int count = Integer.parseInt(arguments[4]);
    Map<String, Object> writing = Map.of("bootstrap.servers", bootstrap, "transactional.id", id, "compression.type", "zstd");
    Map<String, Object> reading =
        Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", id,
            "enable.auto.commit", false,
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(writing, new StringSerializer(), new StringSerializer());
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
      producer.initTransactions();
      consumer.subscribe(List.of(from));
      int written = 0, aborted = 0;
      while (written < count) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> before = new HashMap<>();
        int inTransaction = 0;
        for (ConsumerRecord<String, String> order : consumer.poll(Duration.ofSeconds(5))) {
          if (inTransaction++ == 0) producer.beginTransaction();
          producer.send(new ProducerRecord<>(to, order.key(), "invoice of " + order.value()));
          TopicPartition partition = new TopicPartition(order.topic(), order.partition());
          before.putIfAbsent(partition, new OffsetAndMetadata(order.offset()));
          offsets.put(partition, new OffsetAndMetadata(order.offset() + 1));
        }
        if (inTransaction == 0) continue;
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        if (aborted == 0) {
          producer.flush();
          producer.abortTransaction();
          before.forEach(consumer::seek);
          aborted = inTransaction;
        } else {
          producer.commitTransaction();
          written += inTransaction;
        }
      }
      System.out.println(aborted);
    }
  }
}
