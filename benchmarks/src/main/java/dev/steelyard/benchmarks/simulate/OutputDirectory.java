package dev.steelyard.benchmarks.simulate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Results as files: results.json, the charts of each scenario, and index.md to see them by. */
final class OutputDirectory {
  private static final Pattern NOT_IN_FILE_NAMES = Pattern.compile("[^a-z0-9_]+");

  private final Path directory;
  private final List<Run> runs = new ArrayList<>();
  private final Set<String> stems = new HashSet<>();
  private final StringBuilder index = new StringBuilder("# How the scenarios went\n");

  OutputDirectory(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory);
  }

  /** Adds the runs of a scenario. */
  void add(List<Run> ofScenario) throws IOException {
    runs.addAll(ofScenario);
    String name = ofScenario.get(0).result().scenario();
    String stem = stem(name);
    Charts.write(directory, stem, ofScenario);
    index.append("\n## ").append(name).append("\n\n```text\n");
    index.append(ResultTable.of(ofScenario)).append("```\n");
    for (Charts.Kind kind : Charts.Kind.values()) {
      index.append("\n![").append(kind.heading()).append("](");
      index.append(kind.file(stem)).append(")\n");
    }
  }

  /** Of two scenarios with much the same name, the second gets a number. */
  private String stem(String name) {
    String plain = NOT_IN_FILE_NAMES.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
    String stem = plain;
    for (int i = 2; !stems.add(stem); i++) {
      stem = plain + '-' + i;
    }
    return stem;
  }

  /** Writes what is of all scenarios. */
  void finish() throws IOException {
    ResultsJson.write(directory.resolve("results.json"), runs);
    Files.writeString(directory.resolve("index.md"), index);
  }
}
