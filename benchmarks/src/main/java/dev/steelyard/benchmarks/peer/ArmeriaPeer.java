package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.ClientRequestContextWrapper;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.endpoint.DynamicEndpointGroup;
import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import dev.steelyard.benchmarks.pick.Keys;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Armeria's {@code EndpointGroup.selectNow}. */
final class ArmeriaPeer implements ChangingPeer {
  private final Group group;
  private final ClientRequestContext[] contexts;
  private final List<Endpoint> all;

  private ArmeriaPeer(EndpointSelectionStrategy strategy, int size, Weights weights) {
    group = new Group(strategy);
    all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(Endpoint.of(Hosts.host(i), Hosts.PORT).withWeight((int) weights.of(i)));
    }
    ClientRequestContext context = ClientRequestContext.of(HttpRequest.of(HttpMethod.GET, "/"));
    contexts =
        Arrays.stream(Keys.texts())
            .map(key -> new KeyContext(context, key))
            .toArray(ClientRequestContext[]::new);
    group.set(all);
  }

  static Peer roundRobin(int size) {
    return new ArmeriaPeer(EndpointSelectionStrategy.roundRobin(), size, Weights.EQUAL);
  }

  static Peer weightedRoundRobin(int size) {
    return new ArmeriaPeer(EndpointSelectionStrategy.weightedRoundRobin(), size, Weights.DIFFERENT);
  }

  /** The hash is the one that the key has ready. */
  static Peer sticky(int size) {
    return new ArmeriaPeer(
        EndpointSelectionStrategy.sticky(context -> ((KeyContext) context).key.hashCode()),
        size,
        Weights.EQUAL);
  }

  @Override
  public Object pick(int key) {
    return requireNonNull(group.selectNow(contexts[key]));
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((Endpoint) picked).host());
  }

  @Override
  public void change(boolean there) {
    group.set(there ? all : all.subList(0, all.size() - 1));
  }

  @Override
  public void close() {
    group.close();
  }

  private static final class Group extends DynamicEndpointGroup {
    Group(EndpointSelectionStrategy strategy) {
      super(strategy);
    }

    void set(List<Endpoint> endpoints) {
      setEndpoints(endpoints);
    }
  }

  private static final class KeyContext extends ClientRequestContextWrapper {
    private final String key;

    KeyContext(ClientRequestContext delegate, String key) {
      super(delegate);
      this.key = key;
    }
  }
}
