package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.LoadBalancer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the code that readers of the README and the documents will copy. */
class DocumentationTest {
  private static final Pattern MARKDOWN =
      Pattern.compile("```java simulator\n(.*?)```", Pattern.DOTALL);

  /** What fragments take for granted. */
  private static final String FRAME =
      """
      import dev.steelyard.lb.*;
      import dev.steelyard.lb.select.*;
      import dev.steelyard.simulator.*;
      import static java.time.Duration.*;

      class %s {
        @interface Test {}
        static void assertTrue(boolean actual, String message) {}

        Scenario scenario;
        %s
      }
      """;

  @Test
  void everyFragmentOfTheReadmeAndTheDocumentsCompiles(@TempDir Path folder) throws Exception {
    Path root = root();
    List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md")));
    try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    List<String> fragments = new ArrayList<>();
    for (Path page : pages) {
      fragments.addAll(matches(MARKDOWN, Files.readString(page)));
    }
    assertTrue(fragments.size() >= 2, "found " + fragments.size());
    compile(folder, fragments);
  }

  private static List<String> matches(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  /** A test is a member of the frame, an expression is returned, all else stands in a method. */
  private static String member(String fragment) {
    if (fragment.strip().startsWith("@Test")) {
      return fragment;
    }
    boolean statements = fragment.strip().endsWith(";") || fragment.strip().endsWith("}");
    return statements || fragment.contains(";")
        ? "void fragment() throws Exception {\n" + fragment + "\n}"
        : "Object fragment() throws Exception {\nreturn\n" + fragment + "\n;\n}";
  }

  private static void compile(Path folder, List<String> fragments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    String classPath =
        String.join(
            File.pathSeparator,
            location(Scenario.class).toString(),
            location(LoadBalancer.class).toString(),
            location(NullMarked.class).toString());
    command.addAll(List.of("-proc:none", "-d", folder.toString(), "-cp", classPath));
    for (int i = 0; i < fragments.size(); i++) {
      String fragment = fragments.get(i);
      boolean whole = fragment.lines().anyMatch(line -> line.startsWith("import "));
      Path file =
          Files.createDirectories(folder.resolve("f" + i)).resolve("Fragment" + i + ".java");
      Files.writeString(file, whole ? fragment : FRAME.formatted("Fragment" + i, member(fragment)));
      command.add(file.toString());
    }
    Path output = folder.resolve("output.txt");
    Process javac =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(javac.waitFor(2, TimeUnit.MINUTES));
    assertEquals(0, javac.exitValue(), () -> read(output));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path root() throws URISyntaxException {
    Path folder = location(Scenario.class);
    while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
