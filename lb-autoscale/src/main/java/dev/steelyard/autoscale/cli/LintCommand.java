package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.ScalingRule;
import dev.steelyard.autoscale.lint.Finding;
import dev.steelyard.autoscale.lint.Linter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Says what is wrong with a policy, with metrics that demonstrate it.",
    footer = {
      "",
      "Exit codes: 0 no errors or warnings; 1 some; 2 the policy or an option is wrong."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class LintCommand implements Callable<Integer> {
  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "the policy: properties")
  private Path policy;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "between decisions; default ${DEFAULT-VALUE}")
  private Duration interval;

  @Option(
      names = "--startup",
      paramLabel = "TIME",
      defaultValue = "0s",
      description = "from a decision until an instance serves; default: not looked at")
  private Duration startup;

  @Option(
      names = "--peak",
      paramLabel = "METRIC=VALUE",
      description = "the highest value of a total that must be served; several times")
  private Map<String, Double> peaks = new LinkedHashMap<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "schedules are looked at for a year from then on, ISO-8601; default 2026")
  private @Nullable Instant from;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ScalingPolicy read = PolicyFiles.load(policy);
    Linter linter = Linter.of(read).interval(interval).startup(startup);
    linter = from == null ? linter : linter.from(from);
    for (Map.Entry<String, Double> peak : peaks.entrySet()) {
      linter = linter.peak(metric(read, peak.getKey()), peak.getValue());
    }
    List<Finding> findings = linter.lint();
    PrintWriter out = spec.commandLine().getOut();
    findings.forEach(out::println);
    long errors = count(findings, Finding.Severity.ERROR);
    long warnings = count(findings, Finding.Severity.WARNING);
    out.print(
        number(errors, "error")
            + ", "
            + number(warnings, "warning")
            + ", "
            + number(count(findings, Finding.Severity.INFO), "remark")
            + "\n");
    out.flush();
    return errors + warnings > 0 ? Main.WORSE : Main.FINE;
  }

  private static long count(List<Finding> findings, Finding.Severity severity) {
    return findings.stream().filter(each -> each.code().severity() == severity).count();
  }

  private static String number(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static Metric metric(ScalingPolicy policy, String name) {
    for (ScalingRule rule : policy.rules()) {
      for (Metric metric : rule.metrics()) {
        if (metric.name().equals(name)) {
          return metric;
        }
      }
    }
    throw new IllegalArgumentException("--peak: no rule looks at '" + name + "'");
  }
}
