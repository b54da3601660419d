package dev.steelyard.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What the numbers were taken on. */
public final class Machine {
  private Machine() {}

  /**
   * Describes this machine.
   *
   * @return what by name: processor, cores, memory, system, JVM
   */
  public static Map<String, String> describe() {
    Map<String, String> description = new LinkedHashMap<>();
    description.put("processor", firstValue(Path.of("/proc/cpuinfo"), "model name"));
    description.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    description.put("memory", memory());
    description.put(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    description.put(
        "JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    return description;
  }

  private static String memory() {
    String kilobytes = firstValue(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
    return kilobytes.isEmpty()
        ? "unknown"
        : String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(kilobytes) / 1048576.0);
  }

  /**
   * The value of the first {@code key : value} line; other systems than Linux have no such file.
   */
  private static String firstValue(Path file, String key) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
