package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.Outcome;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadTotalTest {

  @Test
  void beginsAndEndsMayBeToldInAnyOrder() {
    FakeEndpoint endpoint = new FakeEndpoint(0);
    LoadTotal total = new LoadTotal();
    total.follow(endpoint);
    LoadListener listener = endpoint.listeners.get(0);
    endpoint.inFlight.set(2);
    endpoint.inFlight.set(1);
    listener.ended(Outcome.SUCCESS, -1); // of the second, whose begin has not been told
    assertEquals(1, total.get());
    listener.began();
    listener.began();
    assertEquals(1, total.get());
    endpoint.inFlight.set(0);
    listener.ended(Outcome.CANCELLED, -1);
    assertEquals(0, total.get());
  }

  @Test
  void aCountThatWasOvertakenIsPutRight() {
    LoadListener[] listener = new LoadListener[1];
    int[] inFlight = {0};
    boolean[] overtake = {false};
    Endpoint endpoint =
        (Endpoint)
            Proxy.newProxyInstance(
                Endpoint.class.getClassLoader(),
                new Class<?>[] {Endpoint.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("listen")) {
                    listener[0] = (LoadListener) arguments[0];
                    return null;
                  }
                  int read = inFlight[0];
                  if (overtake[0]) { // another request begins, and is told, before this is used
                    overtake[0] = false;
                    inFlight[0]++;
                    listener[0].began();
                  }
                  return read;
                });
    LoadTotal total = new LoadTotal();
    total.follow(endpoint);
    inFlight[0] = 1;
    overtake[0] = true;
    listener[0].began();
    assertEquals(2, inFlight[0]);
    assertEquals(2, total.get());
  }

  @Test
  void itIsRightAfterAnyRace() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 200; round++) {
        List<FakeEndpoint> fleet = FakeEndpoint.fleet(2);
        LoadTotal total = new LoadTotal();
        fleet.forEach(total::follow);
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          int parity = thread;
          all.add(
              pool.submit(
                  () -> {
                    start.await();
                    for (int i = 0; i < 200; i++) {
                      FakeEndpoint endpoint = fleet.get((i + parity) & 1);
                      endpoint.begin();
                      if (i % 4 != 0) {
                        endpoint.end(Outcome.SUCCESS, -1);
                      }
                    }
                    return null;
                  }));
        }
        for (Future<?> future : all) {
          future.get(30, TimeUnit.SECONDS);
        }
        assertEquals(threads * 50, total.get());
        assertEquals(threads * 50, fleet.stream().mapToInt(Endpoint::inFlight).sum());
      }
    } finally {
      pool.shutdown();
      assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
    }
  }
}
