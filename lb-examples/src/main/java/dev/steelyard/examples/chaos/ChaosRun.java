package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All cases, one after the other, each with each client, on the same fleet. */
final class ChaosRun {
  /** Loads classes and compiles, in servers as well, so that the first case is like the others. */
  private final Settings settings;

  private final Names names;
  private final Consumer<String> log;
  private final Map<Contender, List<FaultReport>> reports = new LinkedHashMap<>();
  private final List<String> skipped = new ArrayList<>();
  private int trials;

  /**
   * What the command line says.
   *
   * @param cases what is to happen
   * @param trial for all trials, or for the soak
   * @param peer who runs beside, or null
   * @param proxies what stands in front of half of the instances; may be empty
   * @param options the command line as understood, for the report
   */
  record Settings(
      List<Case> cases,
      Trial.Setup trial,
      @Nullable Contender peer,
      int instances,
      Duration serviceTime,
      List<Proxy> proxies,
      String options) {}

  ChaosRun(Settings settings, Names names, Consumer<String> log) {
    this.settings = settings;
    this.names = names;
    this.log = log;
    reports.put(Contender.STEELYARD, new ArrayList<>());
    if (settings.peer() != null) {
      reports.put(settings.peer(), new ArrayList<>());
    }
  }

  ChaosReport cases() throws IOException, InterruptedException {
    List<Case> plain = new ArrayList<>();
    List<Case> tls = new ArrayList<>();
    for (Case faults : settings.cases()) {
      if (faults.has(Fault.DNS) && !names.working()) {
        skipped.add(faults + ": this JVM has looked up names before and will not change how");
      } else {
        (faults.has(Fault.TLS) ? tls : plain).add(faults);
      }
    }
    List<String> instances = List.of();
    if (!plain.isEmpty()) {
      instances = onFleet(plain, false);
    }
    if (!tls.isEmpty()) {
      List<String> secure = onFleet(tls, true);
      instances = instances.isEmpty() ? secure : instances;
    }
    skipped.forEach(log);
    List<FaultReport> beside =
        settings.peer() == null ? List.of() : reports.getOrDefault(settings.peer(), List.of());
    return new ChaosReport(
        environment(instances),
        Contender.STEELYARD.label(),
        reports.getOrDefault(Contender.STEELYARD, List.of()),
        settings.peer() == null
            ? null
            : new ChaosReport.PeerReport(settings.peer().label(), beside),
        skipped,
        null);
  }

  ChaosReport soak() throws IOException, InterruptedException {
    List<Fault> faults =
        settings.cases().stream()
            .flatMap(one -> one.faults().stream())
            .distinct()
            .filter(fault -> fault != Fault.TLS)
            .filter(fault -> fault != Fault.DNS || names.working())
            .toList();
    if (faults.isEmpty()) {
      throw new IOException("none of the faults can be part of a soak here");
    }
    try (NodeFleet fleet = fleet(false)) {
      SoakReport soak =
          new Soak(settings.trial(), faults, fleet, names, log)
              .run(Contender.STEELYARD, target(fleet, false, names.working()));
      return new ChaosReport(
          environment(whats(fleet)), Contender.STEELYARD.label(), List.of(), null, skipped, soak);
    }
  }

  private List<String> onFleet(List<Case> cases, boolean tls)
      throws IOException, InterruptedException {
    try (NodeFleet fleet = fleet(tls)) {
      for (Contender contender : reports.keySet()) {
        try (Client client = contender.open(target(fleet, tls, false))) {
          OpenLoop.warmUp(client, settings.trial().rate(), settings.trial().seed());
        }
      }
      for (Case faults : cases) {
        for (Contender contender : reports.keySet()) {
          trial(faults, contender, fleet, target(fleet, tls, faults.has(Fault.DNS)));
        }
      }
      return whats(fleet);
    }
  }

  private NodeFleet fleet(boolean tls) throws IOException, InterruptedException {
    NodeFleet fleet =
        NodeFleet.start(settings.instances(), settings.serviceTime(), settings.proxies(), tls);
    for (Node node : fleet.nodes()) {
      names.add(node.id());
      log.accept(
          String.format(Locale.ROOT, "%s  port %d  %s", node.id(), node.port(), node.what()));
    }
    return fleet;
  }

  private static List<String> whats(NodeFleet fleet) {
    return fleet.nodes().stream().map(node -> node.id() + " " + node.what()).toList();
  }

  private Target target(NodeFleet fleet, boolean tls, boolean byName) throws IOException {
    List<Target.Place> places =
        fleet.nodes().stream()
            .map(
                node ->
                    new Target.Place(
                        node.id(), byName ? Names.of(node.id()) : "127.0.0.1", node.port()))
            .toList();
    return new Target(
        places, tls ? Certificates.client(fleet.folder()) : null, settings.trial().seed());
  }

  private void trial(Case faults, Contender contender, NodeFleet fleet, Target target)
      throws IOException, InterruptedException {
    Injection injection = new Injection(faults, fleet.nodes(), names, 0);
    trials++;
    try (Client client = contender.open(target)) {
      OpenLoop.warmUp(client, settings.trial().rate(), settings.trial().seed());
      FaultReport report =
          new Trial(settings.trial(), fleet).run(faults, client, injection, "t" + trials + "-");
      List<FaultReport> all = reports.get(contender);
      if (all != null) {
        all.add(report);
      }
      log.accept(ChaosTable.line(contender, report));
      report.errors().entrySet().stream()
          .limit(3)
          .forEach(error -> log.accept("    " + error.getValue() + " x " + error.getKey()));
    }
  }

  private ChaosReport.Environment environment(List<String> instances)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(instances);
    for (Proxy proxy : settings.proxies()) {
      all.add(proxy.version());
    }
    return new ChaosReport.Environment(
        LocalDate.now(ZoneOffset.UTC).toString(),
        Runtime.getRuntime().availableProcessors()
            + " virtual cores, "
            + String.join(
                " ", Arrays.asList(System.getProperty("os.name"), System.getProperty("os.arch"))),
        System.getProperty("java.version"),
        all,
        settings.options());
  }
}
