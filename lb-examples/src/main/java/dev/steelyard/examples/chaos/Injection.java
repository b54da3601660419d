package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The faults of a case, in instances of a fleet: each in another one. One caller at a time. */
final class Injection {
  private static final long FLAP_NANOS = 1_000_000_000;

  private final List<Bad> bad = new ArrayList<>();
  private final Names names;
  private boolean flapDown;

  /** One fault in one instance. */
  private record Bad(Fault fault, Node node, int index) {}

  /**
   * Chooses the instances.
   *
   * @param offset which of the instances that suit a fault to begin with
   */
  Injection(Case faults, List<Node> nodes, Names names, int offset) {
    this.names = names;
    for (Fault fault : faults.faults()) {
      if (fault.where() == Fault.Where.ALL) {
        for (int i = 0; i < nodes.size(); i++) {
          bad.add(new Bad(fault, nodes.get(i), i));
        }
      } else {
        bad.add(choose(fault, nodes, offset));
      }
    }
  }

  private Bad choose(Fault fault, List<Node> nodes, int offset) {
    boolean proxied = fault.where() == Fault.Where.PROXY;
    // Two rounds: in the second one, any.
    for (boolean suits : new boolean[] {true, false}) {
      for (int i = 0; i < nodes.size(); i++) {
        int index = (i + offset) % nodes.size();
        Node node = nodes.get(index);
        boolean taken = bad.stream().anyMatch(other -> other.node() == node);
        if (!taken && (!suits || node.proxied() == proxied)) {
          return new Bad(fault, node, index);
        }
      }
    }
    throw new IllegalStateException("more faults than instances");
  }

  /** Which instances are bad, by index. */
  int[] indexes() {
    return bad.stream().mapToInt(Bad::index).toArray();
  }

  String where() {
    return bad.size() > 2
        ? "all instances"
        : String.join(
            ", ",
            bad.stream().map(one -> one.node().id() + " (" + one.node().what() + ")").toList());
  }

  void begin() throws IOException, InterruptedException {
    for (Bad one : bad) {
      switch (one.fault()) {
        case SIGKILL -> one.node().kill();
        case SIGSTOP -> one.node().suspend();
        case RESET -> one.node().mode(FaultServer.Mode.RESET);
        case REFUSED -> one.node().mode(FaultServer.Mode.REFUSED);
        case SLOW -> one.node().mode(FaultServer.Mode.SLOW);
        case ERRORS50 -> one.node().mode(FaultServer.Mode.ERRORS50);
        case FAST503 -> one.node().mode(FaultServer.Mode.FAST503);
        case TRUNCATED -> one.node().mode(FaultServer.Mode.TRUNCATED);
        case TLS -> one.node().mode(FaultServer.Mode.WRONG_CERTIFICATE);
        case DNS -> names.remove(one.node().id());
        case FLAP -> flap(one.node(), true);
        case ALLDOWN -> one.node().down();
      }
    }
  }

  /** To be called again and again while it lasts. */
  void go(long nanosSinceBegin) throws IOException, InterruptedException {
    for (Bad one : bad) {
      if (one.fault() == Fault.FLAP) {
        flap(one.node(), nanosSinceBegin / FLAP_NANOS % 2 == 0);
      }
    }
  }

  private void flap(Node node, boolean down) throws IOException, InterruptedException {
    if (down && !flapDown) {
      node.down();
    } else if (!down && flapDown) {
      node.up();
    }
    flapDown = down;
  }

  /** Returns when all is well again. */
  void end() throws IOException, InterruptedException {
    for (Bad one : bad) {
      switch (one.fault()) {
        case SIGKILL -> one.node().restart();
        case SIGSTOP -> one.node().resume();
        case RESET, REFUSED, SLOW, ERRORS50, FAST503, TRUNCATED, TLS ->
            one.node().mode(FaultServer.Mode.NORMAL);
        case DNS -> names.add(one.node().id());
        case FLAP -> flap(one.node(), false);
        case ALLDOWN -> one.node().up();
      }
    }
  }
}
