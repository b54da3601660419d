package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
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
import org.slf4j.Logger;

/** Compiles the code that readers of the README, the documents and the Javadoc will copy. */
class DocumentationTest {
  private static final Pattern MARKDOWN = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern JAVADOC =
      Pattern.compile("<pre>\\{@code\n(.*?)\n\\s*\\* }</pre>", Pattern.DOTALL);

  /** What fragments take for granted. */
  private static final String FRAME =
      """
      import dev.steelyard.lb.*;
      import dev.steelyard.lb.env.*;
      import dev.steelyard.lb.health.*;
      import dev.steelyard.lb.http.*;
      import dev.steelyard.lb.registry.*;
      import dev.steelyard.lb.request.*;
      import dev.steelyard.lb.resilience.*;
      import dev.steelyard.lb.select.*;
      import dev.steelyard.lb.sticky.*;
      import java.io.IOException;
      import java.net.URI;
      import java.net.http.*;
      import java.net.http.HttpResponse.*;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.function.*;
      import javax.net.ssl.*;

      class %s {
        interface Response { void whenBodyEnds(Runnable action); }
        interface Client { Response send(Instance instance) throws IOException; }
        interface LegacyClient { String get(URI uri) throws IOException; }
        interface AsyncClient { CompletionStage<String> get(URI uri); }

        InstanceRegistry registry;
        LoadBalancer balancer;
        RequestContext request;
        Client client;
        LegacyClient legacyClient;
        AsyncClient asyncClient;

        Object fragment() throws Exception {
          %s
          return "";
        }
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
      matches(MARKDOWN, Files.readString(page)).forEach(fragments::add);
    }
    assertTrue(fragments.size() >= 2, "found " + fragments.size());
    compile(folder, fragments);
  }

  @Test
  void everyFragmentOfTheJavadocCompiles(@TempDir Path folder) throws Exception {
    List<String> fragments = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(root().resolve("lb-core/src/main/java"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        for (String match : matches(JAVADOC, Files.readString(source))) {
          fragments.add(match.replaceAll("(?m)^\\s*\\* ?", ""));
        }
      }
    }
    assertFalse(fragments.isEmpty());
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

  private static void compile(Path folder, List<String> fragments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    String classPath =
        String.join(
            File.pathSeparator,
            location(LoadBalancer.class).toString(),
            location(NullMarked.class).toString(),
            location(Logger.class).toString());
    command.addAll(List.of("-proc:none", "-d", folder.toString(), "-cp", classPath));
    for (int i = 0; i < fragments.size(); i++) {
      String fragment = fragments.get(i);
      boolean whole = fragment.lines().anyMatch(line -> line.startsWith("import "));
      Path file =
          Files.createDirectories(folder.resolve("f" + i)).resolve("Fragment" + i + ".java");
      Files.writeString(file, whole ? fragment : FRAME.formatted("Fragment" + i, fragment));
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
      return e.toString();
    }
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path root() throws URISyntaxException {
    Path folder = location(LoadBalancer.class);
    while (!Files.exists(folder.resolve("README.md")) || !Files.exists(folder.resolve("lb-core"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
