package dev.steelyard.benchmarks.report;

import dev.steelyard.benchmarks.pick.Family;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A family's table and plot: floors, ours and peers together. */
final class FamilyPart {
  private final Results results;
  private final Section section;
  private final Family family;
  private final List<Integer> sizes;
  private final List<Integer> sizesOfTwo;
  private final List<Contender> contenders;

  FamilyPart(
      Results results,
      Section section,
      Family family,
      List<Integer> sizes,
      List<Integer> sizesOfTwo) {
    this.results = results;
    this.section = section;
    this.family = family;
    this.sizes = sizes;
    this.sizesOfTwo = sizesOfTwo;
    this.contenders = Contender.of(section, family);
  }

  String plotName() {
    return "plots/" + section.label() + ".svg";
  }

  String title() {
    String label = family.label();
    return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1);
  }

  /** The picks, or the requests where nobody can do without them. */
  List<Plots.Line> lines() {
    String what = family == Family.LEAST_LOADED ? "request" : "pick";
    List<Plots.Line> lines = new ArrayList<>();
    for (Contender contender : contenders) {
      Map<Integer, Double> nanos = new LinkedHashMap<>();
      for (int size : sizes) {
        Measure measure = results.find(contender.row().row(size, 1));
        if (measure != null) {
          nanos.put(size, measure.nanos());
        }
      }
      if (contender.what().equals(what)) {
        lines.add(new Plots.Line(contender.kind(), contender.label(), nanos));
      }
    }
    return lines;
  }

  Table table() {
    List<String> header = new ArrayList<>(List.of("who", "what"));
    sizes.forEach(size -> header.add("ns at " + size));
    sizesOfTwo.forEach(size -> header.add("2 threads at " + size));
    header.add("B/op at " + sizes.get(0));
    header.add("at most");
    Table table = new Table(2, header.toArray(String[]::new));
    for (Contender contender : contenders) {
      List<String> cells = cells(contender);
      if (cells != null) {
        table.row(cells.toArray(String[]::new));
      }
    }
    return table;
  }

  private @Nullable List<String> cells(Contender contender) {
    String label = contender.label();
    List<String> cells = new ArrayList<>();
    cells.add(contender.kind() == Plots.Kind.OURS ? "**" + label + "**" : label);
    cells.add(contender.what());
    boolean measured = false;
    double most = Double.NaN;
    for (int size : sizes) {
      Measure measure = results.find(contender.row().row(size, 1));
      measured |= measure != null;
      most = measure == null ? most : Math.max(Double.isNaN(most) ? 0 : most, measure.bytes());
      cells.add(nanos(measure));
    }
    for (int size : sizesOfTwo) {
      Measure measure = results.find(contender.row().row(size, 2));
      measured |= measure != null;
      cells.add(nanos(measure));
    }
    Measure first = results.find(contender.row().row(sizes.get(0), 1));
    cells.add(first == null ? "" : Numbers.bytes(first.bytes()));
    cells.add(Double.isNaN(most) ? "" : Numbers.bytes(most));
    return measured ? cells : null;
  }

  private static String nanos(@Nullable Measure measure) {
    return measure == null ? "" : Numbers.nanos(measure.nanos());
  }
}
