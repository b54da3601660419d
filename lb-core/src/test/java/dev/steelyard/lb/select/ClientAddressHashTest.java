package dev.steelyard.lb.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.RequestContext;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientAddressHashTest {
  private final List<FakeEndpoint> fleet = HashedFleet.fleet(50, 1);

  private static RequestContext from(String address) throws Exception {
    return RequestContext.empty().withClientAddress(InetAddress.getByName(address));
  }

  private Set<Endpoint> picks(Selector selector, String... addresses) throws Exception {
    HashingPicker picker = HashedFleet.over(selector, fleet);
    Set<Endpoint> picks = new HashSet<>();
    for (String address : addresses) {
      picks.add(picker.pick(from(address), Exclusions.none(), 0));
    }
    return picks;
  }

  @Test
  void anAddressGoesToOneInstanceAndAddressesAreSpread() throws Exception {
    HashingPicker picker = HashedFleet.over(Selectors.clientAddressHash(), fleet);
    Set<Endpoint> picks = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      RequestContext request = from("10.0." + i / 250 + "." + i % 250);
      Endpoint picked = picker.pick(request, Exclusions.none(), 0);
      assertSame(picked, picker.pick(request, Exclusions.none(), 0));
      picks.add(picked);
    }
    assertEquals(50, picks.size());
  }

  @Test
  void aNetworkStaysTogether() throws Exception {
    Selector selector = Selectors.clientAddressHash(24, 56);
    String[] network = {"10.1.2.0", "10.1.2.3", "10.1.2.255"};
    assertEquals(1, picks(selector, network).size());
    assertEquals(3, picks(Selectors.clientAddressHash(), network).size());
    String[] site = {"2001:db8:0:1100::1", "2001:db8:0:11ff::2", "2001:db8:0:1142:ffff::"};
    assertEquals(1, picks(selector, site).size());
    assertEquals(3, picks(Selectors.clientAddressHash(), site).size());
    assertEquals(2, picks(selector, "2001:db8:0:1100::1", "2001:db8:0:1200::1").size());
    assertEquals(1, picks(Selectors.clientAddressHash(1, 1), "1.2.3.4", "127.0.0.1").size());
    assertEquals(1, picks(Selectors.clientAddressHash(32, 96), "2001::1", "2001::2").size());
    assertEquals(2, picks(Selectors.clientAddressHash(32, 96), "2001::1:0:1", "2001::1").size());
    assertEquals(1, picks(Selectors.clientAddressHash(32, 64), "2001::1:0:1", "2001::1").size());
  }

  @Test
  void itIsTheMaglevTableAtTheHashOfSixteenBytes() throws Exception {
    HashingPicker byAddress = HashedFleet.over(Selectors.clientAddressHash(), fleet);
    HashingPicker byHash = HashedFleet.over(Selectors.maglev(), fleet);
    byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
    Endpoint expected = HashedFleet.pick(byHash, HashFunctionPropertyTest.xxHash64(bytes, 0));
    assertSame(expected, byAddress.pick(from("10.1.2.3"), Exclusions.none(), 0));
  }

  @Test
  void withoutAnAddressItIsRandomWhateverTheKey() {
    HashingPicker picker = HashedFleet.over(Selectors.clientAddressHash(), fleet);
    Set<Endpoint> picks = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      picks.add(picker.pick(RequestContext.forKey("k").withKeyHash(1), Exclusions.none(), 0));
    }
    assertTrue(picks.size() > 45);
  }
}
