package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Compiles the code that readers of the README, the documents and the Javadoc will copy. */
class DocumentationTest {
  private static final Pattern MARKDOWN =
      Pattern.compile("```java autoscale\n(.*?)```", Pattern.DOTALL);
  private static final Pattern JAVADOC =
      Pattern.compile("<pre>\\{@code\n(.*?)\n\\s*\\* }</pre>", Pattern.DOTALL);

  /** What fragments take for granted. */
  private static final String FRAME =
      """
      import dev.steelyard.autoscale.*;
      import dev.steelyard.autoscale.forecast.*;
      import dev.steelyard.autoscale.limits.*;
      import dev.steelyard.autoscale.lint.*;
      import dev.steelyard.autoscale.loop.*;
      import dev.steelyard.autoscale.profile.*;
      import dev.steelyard.autoscale.replay.*;
      import dev.steelyard.autoscale.rules.*;
      import dev.steelyard.autoscale.schedule.*;
      import java.net.URI;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import static dev.steelyard.autoscale.Metric.*;
      import static dev.steelyard.autoscale.profile.CompatibleAws.AdjustmentType.*;
      import dev.steelyard.autoscale.profile.CompatibleAws.*;
      import static java.time.DayOfWeek.*;
      import static java.time.Duration.*;

      class %s {
        @interface Test {}
        static void assertEquals(Object expected, Object actual, String message) {}
        static void assertEquals(Object expected, Object actual) {}
        static void assertTrue(boolean actual) {}

        static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
        static final Instant MORNING = NOON;
        Instant noon = NOON;
        Instant morning = NOON;
        ScalingMetrics metrics;
        ScalingState state;
        ScalingPolicy policy;
        ScalingPolicy inUse;
        ScalingPolicy policy(double target, double window) { return inUse; }
        ScalingTarget target;
        Queue<Object> queue;
        int databases;
        int shards;
        ZoneId berlin;
        Path file;
        Trace load;
        Trace trace;
        ServiceModel service;
        ServiceModel model;
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
    assertTrue(fragments.size() >= 5, "found " + fragments.size());
    compile(folder, fragments);
  }

  @Test
  void everyFragmentOfTheJavadocCompiles(@TempDir Path folder) throws Exception {
    List<String> fragments = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(root().resolve("lb-autoscale/src/main/java"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        for (String match : matches(JAVADOC, Files.readString(source))) {
          fragments.add(match.replaceAll("(?m)^\\s*\\* ?", ""));
        }
      }
    }
    assertTrue(fragments.size() >= 5, "found " + fragments.size());
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
            location(ScalingPolicy.class).toString(),
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
    Path folder = location(ScalingPolicy.class);
    while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
