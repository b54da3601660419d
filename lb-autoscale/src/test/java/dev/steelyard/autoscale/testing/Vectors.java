package dev.steelyard.autoscale.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * Cases of other projects' tests, read where they lie: a case that is added to a file runs by
 * itself. Without {@code -Dsteelyard.shared=DIR} the tests are reported as skipped.
 */
public final class Vectors {
  private Vectors() {}

  /**
   * Reads a file of DIR/vectors, or skips the test.
   *
   * @param file its name without the ending
   */
  public static JsonNode file(String file) {
    Path path = shared().resolve("vectors").resolve(file + ".json");
    assumeTrue(Files.exists(path), () -> path + " is absent");
    try {
      return new ObjectMapper().readTree(path.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of shared data, or the test is skipped. */
  public static Path shared() {
    String shared = System.getProperty("steelyard.shared");
    assumeTrue(shared != null, "-Dsteelyard.shared=DIR is not given");
    return Path.of(shared);
  }

  /**
   * One test per case of a list; a single skipped one where the file is absent.
   *
   * @param file its name without the ending
   * @param list the key of the list; {@code a/b} for one inside another
   * @param check what runs a case
   */
  public static Stream<DynamicTest> cases(
      String file, String list, ThrowingConsumer<JsonNode> check) {
    if (System.getProperty("steelyard.shared") == null) {
      return Stream.of(DynamicTest.dynamicTest(file + "/" + list, () -> file(file)));
    }
    JsonNode all = file(file).at("/" + list);
    assumeTrue(all.size() > 0, () -> file + " has no " + list);
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      JsonNode one = all.get(i);
      String id = one.path("id").asText(list + "#" + (i + 1));
      tests.add(DynamicTest.dynamicTest(id, () -> check.accept(one)));
    }
    return tests.stream();
  }
}
