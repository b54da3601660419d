package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.registry.Instance;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Candidates;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.select.HashFunction;
import dev.steelyard.lb.select.Picker;
import dev.steelyard.lb.select.Selector;
import dev.steelyard.lb.select.Selectors;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hashing strategies allocate nothing per pick, whatever the request brings and excludes. */
@Timeout(120)
class HashingAllocationTest {
  private static final int SIZE = 5;

  static Stream<Selector> selectors() {
    return Stream.of(
        Selectors.ringHash(),
        Selectors.ringHash(1_024, 4_096, HashFunction.murmur2(), Instance::id),
        Selectors.maglev(),
        Selectors.rendezvous(1 << 12),
        Selectors.jumpHash(SIZE, "shard"),
        Selectors.clientAddressHash(24, 56),
        Selectors.boundedLoad(Selectors.maglev()));
  }

  private static List<FakeEndpoint> fleet() {
    return IntStream.range(0, SIZE)
        .mapToObj(i -> Instance.of("host-" + i + ":80").withMetadata("shard", "" + i))
        .map(FakeEndpoint::new)
        .toList();
  }

  private static Picker over(Selector selector, List<FakeEndpoint> fleet) {
    double[] weights = new double[fleet.size()];
    Arrays.fill(weights, 1);
    return selector.prepare(Candidates.of(fleet, weights, RandomSource.threadLocal()), null);
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void aPickAllocatesNothing(Selector selector) throws Exception {
    List<FakeEndpoint> fleet = fleet();
    Picker picker = over(selector, fleet);
    RequestContext[] requests = {
      RequestContext.empty(),
      RequestContext.empty().withKeyHash(-5),
      RequestContext.forKey("short"),
      RequestContext.forKey(
          "a longer key, of more than one stripe of thirty-two bytes: 0123456789"),
      RequestContext.forKey(
          "Schl\u00fcssel \u4e2d\u6587 \ud83d\ude00, eines l\u00e4ngeren Textes \ud83d"),
      RequestContext.empty().withClientAddress(InetAddress.getByName("10.1.2.3")),
      RequestContext.empty().withClientAddress(InetAddress.getByName("2001:db8::1"))
    };
    int[] turn = {0};
    double bytes =
        AllocationTest.bytesPerRun(
            () -> {
              RequestContext request = requests[turn[0]++ % requests.length];
              if (picker.pick(request, Exclusions.none(), 0) == null) {
                throw new AssertionError();
              }
            });
    assertTrue(bytes < 1, bytes + " bytes per pick");
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void aPickThatIsToldToAvoidAnInstanceAllocatesNothing(Selector selector) throws Exception {
    List<FakeEndpoint> fleet = fleet();
    Picker picker = over(selector, fleet);
    RequestContext[] requests =
        IntStream.range(0, 64)
            .mapToObj(i -> RequestContext.forKey("key-" + i))
            .toArray(RequestContext[]::new);
    boolean isJump = selector.toString().startsWith("jump"); // its retry is that of two choices
    Exclusions excluded = isJump ? Exclusions.none() : Exclusions.none().plus(fleet.get(1));
    int[] turn = {0};
    double bytes =
        AllocationTest.bytesPerRun(
            () -> {
              if (picker.pick(requests[turn[0]++ & 63], excluded, 0) == null) {
                throw new AssertionError();
              }
            });
    assertTrue(bytes < 1, bytes + " bytes per pick");
  }

  @ParameterizedTest
  @MethodSource("selectors")
  void aRequestThatBeginsAndEndsAllocatesNothing(Selector selector) throws Exception {
    Picker picker = over(selector, fleet());
    RequestContext hot = RequestContext.forKey("hot");
    FakeEndpoint full = (FakeEndpoint) picker.pick(hot, Exclusions.none(), 0);
    full.begin();
    double bytes =
        AllocationTest.bytesPerRun(
            () -> {
              FakeEndpoint picked = (FakeEndpoint) picker.pick(hot, Exclusions.none(), 0);
              picked.inFlight.incrementAndGet();
              picked.inFlight.decrementAndGet();
              for (int i = 0; i < picked.listeners.size(); i++) {
                picked.listeners.get(i).began();
                picked.listeners.get(i).ended(Outcome.SUCCESS, -1);
              }
            });
    assertTrue(bytes < 1, bytes + " bytes per request");
  }
}
