package dev.steelyard.benchmarks.simulate.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steelyard.benchmarks.report.Table;
import dev.steelyard.benchmarks.simulate.PublishedScenario;
import dev.steelyard.benchmarks.simulate.PublishedScenario.Reached;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Scenarios of others, beside what they have published. */
final class ScenarioPart implements StudyPart {

  @Override
  public String key() {
    return "a";
  }

  @Override
  public String title() {
    return "Scenarios of another project";
  }

  @Override
  public PartResult run(StudyContext context) {
    Path shared = context.shared();
    Path file = shared == null ? null : shared.resolve("scenarios").resolve("dialogue.json");
    if (file == null) {
      return new PartResult(
          "Left out: `--shared` says where the scenarios are.",
          List.of(),
          Figures.object(),
          List.of());
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--shared: " + file + " (expected: a file)");
    }
    List<PublishedScenario> scenarios = PublishedScenario.read(file);
    Set<String> names = context.balancing().keySet();
    List<Callable<Reached>> runs = new ArrayList<>();
    for (PublishedScenario scenario : scenarios) {
      for (String name : names) {
        for (long seed : context.allSeeds()) {
          runs.add(() -> scenario.run(name, seed));
        }
      }
    }
    List<Reached> found = context.runs().all(runs);
    List<Comparison> comparisons = new ArrayList<>();
    int next = 0;
    for (PublishedScenario scenario : scenarios) {
      Map<String, Reached> ours = new LinkedHashMap<>();
      for (String name : names) {
        ours.put(name, median(found.subList(next, next + context.seeds())));
        next += context.seeds();
      }
      comparisons.add(new Comparison(scenario.name(), ours, scenario.published()));
    }
    return new PartResult(text(comparisons), List.of(), json(comparisons), goals(comparisons));
  }

  private static Reached median(List<Reached> runs) {
    return new Reached(
        Figures.median(runs.stream().map(Reached::successPercent).toList()),
        Figures.median(runs.stream().map(Reached::meanSeconds).toList()));
  }

  /**
   * A scenario, ours and theirs.
   *
   * @param ours by the name of the strategy, the default first
   * @param theirs by their names; may be empty
   */
  record Comparison(String scenario, Map<String, Reached> ours, Map<String, Reached> theirs) {

    Map<String, Verdict> verdicts(String strategy) {
      Reached own = ours.get(strategy);
      Map<String, Verdict> verdicts = new LinkedHashMap<>();
      if (own != null) {
        theirs.forEach((name, reached) -> verdicts.put(name, Verdict.of(own, reached)));
      }
      return verdicts;
    }
  }

  static List<GoalRow> goals(List<Comparison> comparisons) {
    List<String> dominated = new ArrayList<>();
    Map<String, Integer> better = new LinkedHashMap<>();
    int compared = 0;
    for (Comparison each : comparisons) {
      Map<String, Verdict> verdicts = each.verdicts(StudyContext.DEFAULT);
      compared += verdicts.isEmpty() ? 0 : 1;
      verdicts.forEach(
          (theirs, verdict) -> {
            better.merge(theirs, verdict == Verdict.BETTER ? 1 : 0, Integer::sum);
            if (verdict == Verdict.DOMINATED) {
              dominated.add(each.scenario() + " by " + theirs);
            }
          });
    }
    int scenarios = compared;
    return List.of(
        new GoalRow(
            "shared scenarios, the default",
            "no published strategy is better in both success and mean latency",
            dominated.isEmpty() ? "none is" : String.join(", ", dominated),
            dominated.isEmpty()),
        new GoalRow(
            "shared scenarios, the default",
            "better in one and no worse in the other against each of theirs in most",
            String.join(", ", better.values().stream().map(String::valueOf).toList())
                + " of "
                + scenarios,
            !better.isEmpty() && better.values().stream().allMatch(each -> 2 * each > scenarios)));
  }

  private static String text(List<Comparison> comparisons) {
    List<String> theirs =
        comparisons.stream().flatMap(each -> each.theirs().keySet().stream()).distinct().toList();
    StringBuilder text = new StringBuilder();
    text.append(
        "Scenarios and figures are those of palantir/dialogue, whose simulator has three "
            + "strategies (Apache-2.0;\nits figures are quoted, nothing else). Ours have the same "
            + "configuration in all of them. Compared are\nsuccess to a tenth of a "
            + "percent and the mean time of a request to a microsecond, which is what they give. "
            + "*Better* is\nbetter in one and no worse in the other, *mixed* better in one and "
            + "worse in the other, *worse* worse in one and\nequal in the other, *dominated* "
            + "worse in both. Figures are medians over the seeds.\n\n");
    for (String name : theirs) {
      text.append("* ").append(counts(name, comparisons)).append(".\n");
    }
    text.append("\n### The default beside theirs\n\n");
    List<String> header = new ArrayList<>(List.of("scenario", "default"));
    header.addAll(theirs.stream().map(ScenarioPart::shown).toList());
    Table verdicts = new Table(header.size(), header.toArray(new String[0]));
    Table figures = new Table(1, header.toArray(new String[0]));
    for (Comparison each : comparisons) {
      String own = printed(each.ours().get(StudyContext.DEFAULT));
      List<String> verdict = new ArrayList<>(List.of(each.scenario(), own));
      List<String> figure = new ArrayList<>(List.of(each.scenario(), own));
      for (String name : theirs) {
        Verdict found = each.verdicts(StudyContext.DEFAULT).get(name);
        verdict.add(found == null ? "-" : found.toString());
        figure.add(printed(each.theirs().get(name)));
      }
      verdicts.row(verdict.toArray(new String[0]));
      figures.row(figure.toArray(new String[0]));
    }
    text.append(verdicts).append("\nTheir figures:\n\n").append(figures);
    return text.append("\n### Our strategies\n\n").append(ours(comparisons)).toString();
  }

  private static String counts(String theirs, List<Comparison> comparisons) {
    Map<Verdict, Integer> counts = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      for (Comparison each : comparisons) {
        if (each.verdicts(StudyContext.DEFAULT).get(theirs) == verdict) {
          counts.merge(verdict, 1, Integer::sum);
        }
      }
    }
    return "Beside "
        + shown(theirs)
        + " the default is "
        + String.join(
            ", ",
            counts.entrySet().stream()
                .map(each -> each.getKey() + " in " + each.getValue())
                .toList());
  }

  /** In two tables, as one would be too wide; scenarios by rows. */
  private static String ours(List<Comparison> comparisons) {
    List<String> names = List.copyOf(comparisons.get(0).ours().keySet());
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < names.size(); from += 5) {
      List<String> some = names.subList(from, Math.min(from + 5, names.size()));
      List<String> header = new ArrayList<>(List.of("scenario"));
      header.addAll(some);
      Table table = new Table(1, header.toArray(new String[0]));
      for (Comparison each : comparisons) {
        List<String> row = new ArrayList<>(List.of(each.scenario()));
        some.forEach(name -> row.add(printed(each.ours().get(name))));
        table.row(row.toArray(new String[0]));
      }
      text.append(table).append('\n');
    }
    return text.toString();
  }

  private static String printed(@Nullable Reached reached) {
    return reached == null ? "-" : Verdict.print(reached);
  }

  private static String shown(String theirs) {
    return theirs.replace('_', ' ');
  }

  private static ObjectNode json(List<Comparison> comparisons) {
    ObjectNode node = Figures.object();
    for (Comparison each : comparisons) {
      ObjectNode scenario = node.putObject(each.scenario());
      ObjectNode ours = scenario.putObject("ours");
      each.ours().forEach((name, reached) -> put(ours.putObject(name), reached));
      ObjectNode theirs = scenario.putObject("published");
      each.theirs()
          .forEach(
              (name, reached) -> {
                ObjectNode one = theirs.putObject(name);
                put(one, reached);
                Verdict verdict = each.verdicts(StudyContext.DEFAULT).get(name);
                one.put("verdict", verdict == null ? "" : verdict.toString().replace("*", ""));
              });
    }
    return node;
  }

  private static void put(ObjectNode node, Reached reached) {
    Figures.put(node, "success_percent", reached.successPercent());
    Figures.put(node, "client_mean_s", reached.meanSeconds());
  }
}
