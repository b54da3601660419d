package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.replay.ServiceModel;
import dev.steelyard.autoscale.replay.Trace;
import dev.steelyard.autoscale.replay.Tuner;
import dev.steelyard.autoscale.replay.Tuning;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Searches values for keys of a policy on the first part of a load, and says what they do on"
            + " the rest, beside the policy as it is.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TuneCommand implements Callable<Integer> {
  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "the policy in use: properties")
  private Path policy;

  @Option(
      names = "--knob",
      required = true,
      paramLabel = "KEY=VALUE,...",
      description =
          "a key of the policy and the values to try: target.cpu=60,70,80; durations: 60s,300s")
  private Map<String, String> knobs = new LinkedHashMap<>();

  @Mixin private LoadOptions load;
  @Mixin private ModelOptions model;

  @Option(
      names = "--training",
      paramLabel = "SHARE",
      description = "how much of the load is learned from; default 0.7",
      defaultValue = "0.7")
  private double training;

  @Option(names = "--grid", description = "try all combinations")
  private boolean grid;

  @Option(
      names = "--under",
      paramLabel = "COST",
      description = "of an instance-hour that is missing; default 0",
      defaultValue = "0")
  private double under;

  @Option(
      names = "--over",
      paramLabel = "COST",
      description = "of an instance-hour too many, besides its price; default 0",
      defaultValue = "0")
  private double over;

  @Option(
      names = "--change",
      paramLabel = "COST",
      description = "of an adaptation; default 0",
      defaultValue = "0")
  private double change;

  @Option(names = "--json", paramLabel = "OUT", description = "all numbers")
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Properties properties = PolicyFiles.properties(policy);
    Map<String, String> units = new LinkedHashMap<>();
    ScalingPolicy inUse = PolicyFiles.load(policy);
    Trace trace = load.load(model.capacityOfPercent());
    ServiceModel service = model.model(trace, inUse, spec.commandLine().getErr());
    Tuner tuner =
        Tuner.of(inUse, values -> PolicyFiles.load(policy, properties, texts(values, units)))
            .penalties(under, over, change)
            .training(training);
    for (Map.Entry<String, String> knob : knobs.entrySet()) {
      units.put(knob.getKey(), unit(knob.getValue()));
      tuner.knob(knob.getKey(), numbers(knob.getKey(), knob.getValue()));
    }
    if (grid) {
      tuner.wholeGrid();
    }
    Tuning tuning = tuner.tune(trace, service);
    PrintWriter out = spec.commandLine().getOut();
    out.print(tuning.toText());
    out.println();
    texts(tuning.best(), units).forEach((key, value) -> out.println(key + "=" + value));
    out.flush();
    if (json != null) {
      try (Writer file = Files.newBufferedWriter(json, StandardCharsets.UTF_8)) {
        tuning.writeJson(file);
      }
    }
    return Main.FINE;
  }

  private static Map<String, String> texts(Map<String, Double> values, Map<String, String> units) {
    Map<String, String> texts = new LinkedHashMap<>();
    values.forEach(
        (key, value) ->
            texts.put(
                key,
                BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
                    + units.getOrDefault(key, "")));
    return texts;
  }

  /** The letters after the first number: those of a duration, or none. */
  private static String unit(String values) {
    String first = values.contains(",") ? values.substring(0, values.indexOf(',')) : values;
    return first.trim().replaceFirst("^[-+0-9.]*", "");
  }

  private static double[] numbers(String key, String values) {
    String unit = unit(values);
    String[] texts = values.split(",", -1);
    double[] numbers = new double[texts.length];
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i].trim();
      if (!text.endsWith(unit)) {
        throw new IllegalArgumentException(
            "--knob " + key + ": '" + text + "' has another unit than " + texts[0].trim());
      }
      try {
        numbers[i] = Double.parseDouble(text.substring(0, text.length() - unit.length()));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("--knob " + key + ": '" + text + "' is not a number", e);
      }
    }
    return numbers;
  }
}
