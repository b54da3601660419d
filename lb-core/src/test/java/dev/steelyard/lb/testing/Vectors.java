package dev.steelyard.lb.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steelyard.lb.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Cases of other projects' tests. */
public final class Vectors {
  private Vectors() {}

  /**
   * Reads a case; skips the test unless {@code -Dsteelyard.shared=DIR} is given and has the file.
   *
   * @param file a file of DIR/vectors, with or without its ending
   * @param id the case
   * @return the case
   */
  @SuppressWarnings("unchecked") // as the files are
  public static Map<String, Object> vector(String file, String id) throws IOException {
    String shared = System.getProperty("steelyard.shared");
    assumeTrue(shared != null, "-Dsteelyard.shared=DIR is not given");
    Path path = Path.of(shared, "vectors", file.endsWith(".json") ? file : file + ".json");
    assumeTrue(Files.exists(path), () -> path + " is absent");
    Map<String, Object> topic = (Map<String, Object>) Json.parse(Files.readString(path));
    return ((List<Map<String, Object>>) topic.get("cases"))
        .stream().filter(entry -> id.equals(entry.get("id"))).findFirst().orElseThrow();
  }

  /**
   * Reads a value of a case.
   *
   * @param vector the case
   * @param path keys, outermost first
   * @return the value
   */
  @SuppressWarnings("unchecked") // the caller knows the case
  public static <T> T get(Map<String, Object> vector, String... path) {
    Object value = vector;
    for (String key : path) {
      value = ((Map<String, Object>) value).get(key);
    }
    return (T) value;
  }
}
