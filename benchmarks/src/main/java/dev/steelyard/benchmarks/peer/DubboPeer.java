package dev.steelyard.benchmarks.peer;

import dev.steelyard.benchmarks.pick.Keys;
import dev.steelyard.benchmarks.pick.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.RpcStatus;
import org.apache.dubbo.rpc.cluster.LoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.ConsistentHashLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.ShortestResponseLoadBalance;
import org.apache.dubbo.rpc.model.ApplicationModel;

/** Dubbo's {@code LoadBalance.select} over invokers that are only their URL. */
final class DubboPeer implements Peer {
  private static final String SERVICE = "demo.Service";
  private static final String METHOD = "call";

  private final LoadBalance balance;
  private final List<Invoker<Object>> invokers;
  private final URL consumer = URL.valueOf("consumer://127.0.0.1/" + SERVICE);
  private final Invocation[] invocations;

  DubboPeer(LoadBalance balance, int size, Weights weights) {
    this.balance = balance;
    invokers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      invokers.add(
          new StubInvoker(
              URL.valueOf(
                  "dubbo://"
                      + Hosts.host(i)
                      + ":"
                      + Hosts.PORT
                      + "/"
                      + SERVICE
                      + "?weight="
                      + (int) weights.of(i))));
    }
    // A call of its own for each key where the key matters, and one for all where it does not.
    String[] keys = balance instanceof ConsistentHashLoadBalance ? Keys.texts() : new String[] {""};
    invocations = Arrays.stream(keys).map(DubboPeer::call).toArray(Invocation[]::new);
  }

  static Peer shortestResponse(int size) {
    ShortestResponseLoadBalance balance = new ShortestResponseLoadBalance();
    balance.setApplicationModel(ApplicationModel.defaultModel());
    return new DubboPeer(balance, size, Weights.EQUAL);
  }

  private static Invocation call(String key) {
    return new RpcInvocation(
        null, METHOD, SERVICE, SERVICE, new Class<?>[] {String.class}, new Object[] {key});
  }

  @Override
  public Object pick(int key) {
    return balance.select(invokers, consumer, invocations[key & (invocations.length - 1)]);
  }

  @Override
  public void request(Object picked) {
    URL url = ((StubInvoker) picked).getUrl();
    RpcStatus.beginCount(url, METHOD);
    RpcStatus.endCount(url, METHOD, 0, true);
  }

  @Override
  public Runnable open(Object picked) {
    URL url = ((StubInvoker) picked).getUrl();
    RpcStatus.beginCount(url, METHOD);
    return () -> RpcStatus.endCount(url, METHOD, 0, true);
  }

  @Override
  public int index(Object picked) {
    return Hosts.index(((StubInvoker) picked).getUrl().getHost());
  }

  private record StubInvoker(URL url) implements Invoker<Object> {
    @Override
    public Class<Object> getInterface() {
      return Object.class;
    }

    @Override
    public Result invoke(Invocation invocation) {
      throw new UnsupportedOperationException("is only picked");
    }

    @Override
    public URL getUrl() {
      return url;
    }

    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    public void destroy() {}
  }
}
