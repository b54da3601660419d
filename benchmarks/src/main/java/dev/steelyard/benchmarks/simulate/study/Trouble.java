package dev.steelyard.benchmarks.simulate.study;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import dev.steelyard.simulator.Arrivals;
import dev.steelyard.simulator.Behaviour;
import dev.steelyard.simulator.Distribution;
import dev.steelyard.simulator.Scenario;
import dev.steelyard.simulator.SimulationControl;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Something that goes wrong for a while.
 *
 * @param key in study.json and in names of files
 * @param title the heading
 * @param what what happens
 * @param from when it begins, in seconds
 * @param to when it ends
 * @param scenario makes it happen at a site; yet to be built
 * @param bad the servers to which nothing should be sent meanwhile; none if all are alike
 */
record Trouble(
    String key,
    String title,
    String what,
    int from,
    int to,
    Function<Site, Scenario.Builder> scenario,
    Function<Site, Set<String>> bad) {
  static final int SECONDS = 60;
  private static final String LOST = "c";
  private static final int FROM = 15;
  private static final double LOAD = 0.6;
  private static final double ZONE_LOAD = 0.5; // 75 % of what two of three zones can do

  static List<Trouble> all() {
    return List.of(
        new Trouble(
            "rolling-deploy",
            "Rolling deploy",
            "from 10 s to 40 s servers are replaced in turn: drained, gone, and back three seconds "
                + "later with a cold cache (3 times the work at first, warm after 200 requests); "
                + "60 % load",
            10,
            40,
            Trouble::deploy,
            site -> Set.of()),
        new Trouble(
            "zone-partition",
            "Zone cut off",
            "from 15 s to 30 s nothing gets into zone c or out of it; within it all is well; 50 % "
                + "load",
            FROM,
            30,
            site ->
                warm(site, site.scenario("zone cut off", ZONE_LOAD, SECONDS))
                    .at(ofSeconds(FROM), control -> cutOff(site, control))
                    .at(ofSeconds(30), SimulationControl::heal),
            site -> Set.of()),
        new Trouble(
            "zone-killed",
            "Zone killed",
            "at 15 s all servers of zone c die, at 30 s they are back, cold; clients are not told; "
                + "50 % load",
            FROM,
            30,
            site ->
                cold(site, "zone killed", ZONE_LOAD)
                    .at(ofSeconds(FROM), zone(site, SimulationControl::kill))
                    .at(ofSeconds(30), zone(site, SimulationControl::start)),
            site -> names(site, LOST)),
        new Trouble(
            "herd",
            "Thundering herd after recovery",
            "at 15 s all servers die, at 20 s all are back, cold; 60 % load",
            FROM,
            20,
            site ->
                cold(site, "herd", LOAD)
                    .at(ofSeconds(FROM), all(site, SimulationControl::kill))
                    .at(ofSeconds(20), all(site, SimulationControl::start)),
            site -> Set.of()),
        new Trouble(
            "all-fail",
            "Retry storm: everything fails",
            "from 15 s to 25 s every answer is a 503, after 2 ms of work; 60 % load",
            FROM,
            25,
            site -> {
              Behaviour failing =
                  Behaviour.answers(Distribution.fixed(ofMillis(2))).withStatus(503);
              return warm(site, site.scenario("all fail", LOAD, SECONDS))
                  .at(
                      ofSeconds(FROM),
                      all(site, (control, server) -> control.behave(server, failing)))
                  .at(ofSeconds(25), all(site, (control, server) -> control.behave(server, null)));
            },
            site -> Set.of()),
        new Trouble(
            "overload",
            "Retry storm: overload",
            "from 15 s to 35 s there is 130 % of the load that the servers can bear, else 60 %",
            FROM,
            35,
            Trouble::overload,
            site -> Set.of()));
  }

  /** Whether it is about zones. */
  boolean isZonal() {
    return key.startsWith("zone");
  }

  private static Scenario.Builder deploy(Site site) {
    Scenario.Builder scenario = site.scenario("rolling deploy", LOAD, SECONDS);
    site.all().forEach(i -> scenario.server(site.server(i)));
    for (int i = 0; i < site.servers(); i++) {
      int number = i;
      long at = 10_000 + 25_000L * i / site.servers();
      scenario.at(ofMillis(at), control -> control.drain(site.name(number), ofSeconds(3)));
      scenario.at(
          ofMillis(at + 3_000),
          control -> control.join(site.cold(number).withName("new-" + number)));
    }
    return scenario;
  }

  private static Scenario.Builder overload(Site site) {
    double[] perSecond = new double[SECONDS];
    for (int i = 0; i < SECONDS; i++) {
      perSecond[i] = (i >= FROM && i < 35 ? 1.3 : LOAD) * site.capacity();
    }
    return warm(
        site, site.scenario("overload", Arrivals.recorded(ofSeconds(1), perSecond), SECONDS));
  }

  private static Scenario.Builder warm(Site site, Scenario.Builder scenario) {
    site.all().forEach(i -> scenario.server(site.server(i)));
    return scenario;
  }

  /** Cold when the run starts, too: they are warm long before the trouble. */
  private static Scenario.Builder cold(Site site, String title, double load) {
    Scenario.Builder scenario = site.scenario(title, load, SECONDS);
    site.all().forEach(i -> scenario.server(site.cold(i)));
    return scenario;
  }

  /** The zone's clients reach its servers alone, and no others do. */
  private static void cutOff(Site site, SimulationControl control) {
    for (int i = 0; i < site.servers(); i++) {
      boolean isInside = site.zone(i).equals(LOST);
      for (String zone : Site.ZONES) {
        if (zone.equals(LOST) != isInside) {
          control.partition(zone, site.name(i));
        }
      }
    }
  }

  private static Consumer<SimulationControl> zone(
      Site site, BiConsumer<SimulationControl, String> action) {
    return control -> site.in(LOST).forEach(i -> action.accept(control, site.name(i)));
  }

  private static Consumer<SimulationControl> all(
      Site site, BiConsumer<SimulationControl, String> action) {
    return control -> site.all().forEach(i -> action.accept(control, site.name(i)));
  }

  private static Set<String> names(Site site, String zone) {
    return site.in(zone).stream().map(site::name).collect(Collectors.toSet());
  }
}
