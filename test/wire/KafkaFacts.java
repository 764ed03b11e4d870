import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Prints what Kafka's own jar says: its error codes, and its definitions of the messages named as arguments. One JSON document. */
public class KafkaFacts {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);

    public static void main(String[] messages) throws Exception {
        ObjectNode facts = JSON.createObjectNode();
        ArrayNode errors = facts.putArray("errors");
        for (Errors error : Errors.values()) {
            errors.addObject()
                .put("code", error.code())
                .put("name", error.name())
                .put("retriable", error.exception() instanceof RetriableException);
        }
        ObjectNode definitions = facts.putObject("definitions");
        for (String message : messages) {
            try (InputStream json = Errors.class.getResourceAsStream("/common/message/" + message + ".json")) {
                definitions.set(message, JSON.readTree(json));
            }
        }
        System.out.println(facts);
    }
}
