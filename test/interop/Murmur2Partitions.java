import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Scanner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/**
 * What the Java client makes of a key. Arguments: partition counts. Standard input: one key per line, as hex.
 * Standard output: one JSON array per key: [key as hex, murmur2 (signed 32 bits), partition for the first count, for the second, ...].
 */
public class Murmur2Partitions {
  public static void main(String[] arguments) {
    int[] counts = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    StringBuilder out = new StringBuilder();
    Scanner lines = new Scanner(System.in, StandardCharsets.US_ASCII);
    while (lines.hasNextLine()) {
      String hex = lines.nextLine();
      byte[] key = HexFormat.of().parseHex(hex);
      String partitions = IntStream.of(counts)
        .mapToObj(count -> String.valueOf(BuiltInPartitioner.partitionForKey(key, count)))
        .collect(Collectors.joining(","));
      out.append("[\"").append(hex).append("\",").append(Utils.murmur2(key)).append(',').append(partitions).append("]\n");
    }
    System.out.print(out);
  }
}
