package dev.steelyard.lb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;

/**
 * Makes the table of a run out of its result file: what docs/concurrency-report.md holds. Exits
 * with an error if a test failed, or none ran: a forbidden result must break the build.
 */
public final class StressReport {
  private StressReport() {}

  /**
   * Reads and prints.
   *
   * @param args the directory of the run, and the options it had
   * @throws Exception if the results cannot be read
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    InProcessCollector collector = new InProcessCollector();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".bin.gz")).toList();
    }
    for (Path file : files) {
      DiskReadCollector reader = new DiskReadCollector(file.toString(), collector);
      reader.dump();
      reader.close();
    }
    List<TestResult> results =
        new ArrayList<>(ReportUtils.mergedByName(collector.getTestResults()));
    results.sort(Comparator.comparing(TestResult::getName));

    StringBuilder text = new StringBuilder();
    text.append(LocalDate.now()).append(", ");
    text.append(Runtime.getRuntime().availableProcessors()).append(" virtual cores (");
    text.append(System.getProperty("os.arch")).append("), ");
    text.append(System.getProperty("java.vm.name")).append(' ');
    text.append(Runtime.version()).append(", jcstress ").append(args[1]).append(".\n\n");
    text.append("| test | samples | results | |\n|---|---:|---|---|\n");
    boolean passed = !results.isEmpty();
    long samples = 0;
    for (TestResult result : results) {
      boolean ok = ReportUtils.statusToPassed(result) && result.grading().isPassed;
      passed &= ok;
      samples += result.getTotalCount();
      List<String> seen = new ArrayList<>();
      for (GradingResult grade : result.grading().gradingResults.values()) {
        if (grade.count > 0) {
          seen.add(
              number(grade.count)
                  + " x `"
                  + grade.id
                  + "` "
                  + grade.description
                  + (grade.expect == Expect.FORBIDDEN ? " (**forbidden**)" : ""));
        }
      }
      String name = result.getName().substring(StressReport.class.getPackageName().length() + 1);
      text.append("| ").append(name).append(" | ").append(number(result.getTotalCount()));
      text.append(" | ").append(String.join("<br>", seen)).append(" | ");
      text.append(ok ? "passed" : "**failed**").append(" |\n");
    }
    text.append('\n').append(results.size()).append(" tests, ").append(number(samples));
    text.append(passed ? " samples, nothing forbidden seen.\n" : " samples: **failed**.\n");
    write(folder.resolve("summary.md"), text.toString());
    System.out.println(text);
    System.exit(passed ? 0 : 1);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
