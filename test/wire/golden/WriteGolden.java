import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the batches of scenario.json, read from standard input, with the Java producer. Argument: the bootstrap servers. */
public class WriteGolden {
    public static void main(String[] args) throws Exception {
        JsonNode scenario = new ObjectMapper().readTree(System.in);
        for (JsonNode batch : scenario.get("batches")) write(args[0], batch, scenario.get("recordSets"));
    }

    /** A producer per batch, which a long linger and one flush keep together. */
    private static void write(String bootstrap, JsonNode batch, JsonNode recordSets) throws Exception {
        String topic = batch.get("topic").asText();
        String transaction = batch.path("transaction").asText("");
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap);
        config.put("compression.type", batch.get("compression").asText());
        config.put("enable.idempotence", batch.path("idempotence").asBoolean(true));
        config.put("linger.ms", 60_000);
        config.put("batch.size", 900_000);
        if (!transaction.isEmpty()) config.put("transactional.id", "golden-" + topic);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            if (!transaction.isEmpty()) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (JsonNode record : recordSets.get(batch.get("records").asText())) sent.add(producer.send(toRecord(topic, record)));
            producer.flush();
            for (Future<RecordMetadata> each : sent) each.get();
            if (transaction.equals("commit")) producer.commitTransaction();
            if (transaction.equals("abort")) producer.abortTransaction();
        }
    }

    private static ProducerRecord<byte[], byte[]> toRecord(String topic, JsonNode record) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : record.path("headers")) headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
        return new ProducerRecord<>(topic, 0, record.get("timestamp").asLong(), bytes(record.get("key")), bytes(record.get("value")), headers);
    }

    /** null, "hex:00ff", "repeat:<length>:<text>" or text. */
    private static byte[] bytes(JsonNode data) {
        if (data.isNull()) return null;
        String text = data.asText();
        if (text.startsWith("hex:")) return HexFormat.of().parseHex(text.substring(4));
        if (!text.startsWith("repeat:")) return text.getBytes(StandardCharsets.UTF_8);
        String[] parts = text.split(":", 3);
        int length = Integer.parseInt(parts[1]);
        return parts[2].repeat(length / parts[2].length() + 1).substring(0, length).getBytes(StandardCharsets.UTF_8);
    }
}
