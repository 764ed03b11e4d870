import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Reads frames with Kafka's own message classes and writes them again.
 *
 * In, a line per frame: request|response, API key, version, hex without the size. Out, a line of JSON per frame: what Kafka read, whether
 * that is a message of nothing but defaults, and the hex of what Kafka writes for it.
 */
public class RoundTrip {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder out = new StringBuilder();
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            String[] words = line.split(" ");
            ObjectNode result = JSON.createObjectNode();
            try {
                boolean isRequest = words[0].equals("request");
                roundTrip(isRequest, ApiKeys.forId(Integer.parseInt(words[1])), Short.parseShort(words[2]), words[3], result);
            } catch (Exception error) {
                result.put("error", error.toString());
            }
            out.append(result).append('\n');
        }
        System.out.print(out);
    }

    private static void roundTrip(boolean isRequest, ApiKeys api, short version, String hex, ObjectNode result) throws Exception {
        ByteBuffer frame = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ApiMessage header;
        short headerVersion;
        if (isRequest) {
            headerVersion = api.requestHeaderVersion(version);
            RequestHeaderData data = new RequestHeaderData(new ByteBufferAccessor(frame), headerVersion);
            header = data;
            result.put("apiKey", data.requestApiKey()).put("version", data.requestApiVersion());
            result.put("correlationId", data.correlationId()).put("clientId", data.clientId());
        } else {
            headerVersion = api.responseHeaderVersion(version);
            ResponseHeaderData data = new ResponseHeaderData(new ByteBufferAccessor(frame), headerVersion);
            header = data;
            result.put("correlationId", data.correlationId());
        }
        ApiMessage empty = isRequest ? api.messageType.newRequest() : api.messageType.newResponse();
        ApiMessage body = isRequest ? api.messageType.newRequest() : api.messageType.newResponse();
        body.read(new ByteBufferAccessor(frame), version);
        result.put("left", frame.remaining());
        result.put("isDefault", body.equals(empty));
        result.set("body", toJson(body, version));
        result.put("hex", write(header, headerVersion, body, version));
    }

    private static JsonNode toJson(ApiMessage message, short version) throws Exception {
        Class<?> converter = Class.forName(message.getClass().getName() + "JsonConverter");
        return (JsonNode) converter.getMethod("write", message.getClass(), short.class).invoke(null, message, version);
    }

    private static String write(ApiMessage header, short headerVersion, ApiMessage body, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(header.size(cache, headerVersion) + body.size(cache, version));
        ByteBufferAccessor writable = new ByteBufferAccessor(buffer);
        header.write(writable, cache, headerVersion);
        body.write(writable, cache, version);
        return HexFormat.of().formatHex(buffer.array());
    }
}
