package dev.steelyard.autoscale.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StationTest {
  private static Station station(double capacity, double queueLimit) {
    return new Station(
        ServiceModel.capacity(capacity)
            .serviceTime(Duration.ofMillis(100))
            .queueLimit(queueLimit)
            .build(),
        60_000);
  }

  @Test
  void oneWorkerWaitsAsInAnMM1Queue() {
    // Sakasegawa is exact for one server: wait = rho / (mu - lambda); the share that waits is rho
    Station station = station(10, 0);
    station.serve(5, 1, 0);
    assertEquals(0.1 + 0.5 / (10 - 5), station.meanResponse, 1e-12);
    // the tail of an M/M/1 queue: P(W > t) = rho exp(-(mu - lambda) t); default limit 1 s
    assertEquals(0.5 * Math.exp(-5 * 0.9), station.slowShare, 1e-12);
    assertEquals(0.1 + Math.log(0.5 / 0.05) / 5, station.response, 1e-12);
    // Little: 5/s x response
    assertEquals(5 * station.meanResponse, station.inFlight, 1e-12);
  }

  @Test
  void manyWorkersWaitAboutAsErlangSays() {
    // 10 workers at rho 0.8: Erlang C gives 0.409 waiting, 0.0205 s; the closed form is within 10 %
    Station station = station(100, 0);
    station.serve(80, 1, 0);
    assertEquals(0.0205, station.meanResponse - 0.1, 0.0205 * 0.1);
  }

  @Test
  void poolingInstancesShortensTheWait() {
    Station one = station(10, 0);
    one.serve(8, 1, 0);
    Station ten = station(10, 0);
    ten.serve(80, 10, 0);
    assertTrue(ten.meanResponse < one.meanResponse);
  }

  @Test
  void aQueueIsWorkedOffFirstAndDelaysOthers() {
    Station station = station(10, 1000);
    station.serve(20, 1, 0); // 1200 arrive, 600 are served
    assertEquals(600, station.backlog, 1e-9);
    assertEquals(0, station.lost);
    assertEquals(1, station.utilization, 1e-12);
    assertTrue(station.meanResponse > 30); // 300 in the mean, at 10/s
    assertEquals(1, station.slowShare);
    station.serve(0, 1, station.backlog);
    assertEquals(0, station.backlog, 1e-9);
    assertEquals(600, station.served, 1e-9);
  }

  @Test
  void atCriticalLoadAWaitGrowsOnlyWithTheRootOfTime() {
    Station station = station(10, 0);
    station.serve(10, 1, 0);
    double bound = 2.0 / 3 * Math.sqrt(4 * 60 / (Math.PI * 10));
    assertEquals(0.1 + bound, station.meanResponse, 1e-9);
  }
}
