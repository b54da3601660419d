package dev.steelyard.lb.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class FaultExitTest {
  private final List<Object[]> logged = new ArrayList<>();

  /** A logger whose every method passes its arguments on, or throws. */
  private Logger logger(RuntimeException failure) {
    return (Logger)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              if (failure != null) {
                throw failure;
              }
              logged.add(arguments);
              return null;
            });
  }

  @Test
  void countsAndLogsWithOwnerCallbackAndCause() {
    FaultExit faults = new FaultExit(logger(null), "orders");
    Error fault = new AssertionError("broken");
    faults.report("RegistryListener.onChange", fault);
    assertEquals(1, faults.count());
    assertEquals(1, logged.size());
    Object[] details = (Object[]) logged.get(0)[1];
    assertEquals(
        List.of("orders", "RegistryListener.onChange"), Arrays.asList(details).subList(0, 2));
    assertSame(fault, details[2]);
  }

  /** A log back-end formats the fault, whose own methods may throw: that ends here, too. */
  @Test
  void aLoggerThatThrowsDoesNotReachTheCaller() {
    FaultExit faults = new FaultExit(logger(new IllegalStateException("disk full")), "orders");
    faults.report("RegistryListener.onChange", new RuntimeException());
    faults.report("RegistryListener.onChange", new RuntimeException());
    assertEquals(2, faults.count());
  }
}
