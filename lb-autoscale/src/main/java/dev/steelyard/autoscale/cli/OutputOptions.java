package dev.steelyard.autoscale.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go besides the screen. */
final class OutputOptions {
  /** Something that writes JSON, with every interval or without. */
  interface Json {
    void write(Writer out, boolean timeline) throws IOException;
  }

  @Option(names = "--chart", paramLabel = "OUT", description = "a picture: OUT.svg or OUT.html")
  private @Nullable Path chart;

  @Option(names = "--json", paramLabel = "OUT", description = "all numbers")
  private @Nullable Path json;

  @Option(names = "--timeline", description = "with --json: every interval, too")
  private boolean timeline;

  /** Fails before the work is done, not after it. */
  void check() {
    if (chart != null && !ends(chart, ".svg") && !ends(chart, ".html")) {
      throw new IllegalArgumentException("--chart must end in .svg or .html, was " + chart);
    }
    if (timeline && json == null) {
      throw new IllegalArgumentException("--timeline needs --json");
    }
  }

  void write(Supplier<String> svg, Supplier<String> html, Json writer) throws IOException {
    if (chart != null) {
      Files.writeString(chart, ends(chart, ".svg") ? svg.get() : html.get());
    }
    if (json != null) {
      try (Writer out = Files.newBufferedWriter(json, StandardCharsets.UTF_8)) {
        writer.write(out, timeline);
      }
    }
  }

  private static boolean ends(Path file, String ending) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }
}
