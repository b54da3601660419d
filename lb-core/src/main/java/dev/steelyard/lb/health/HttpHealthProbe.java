package dev.steelyard.lb.health;

import static dev.steelyard.lb.internal.Checks.notBlank;
import static java.util.Objects.requireNonNull;

import dev.steelyard.lb.internal.Checks;
import dev.steelyard.lb.registry.Instance;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A {@link HealthProbe} by HTTP or HTTPS, whichever scheme the instance's URI has. Immutable and
 * thread-safe: each method returns another probe.
 *
 * <pre>{@code
 * HealthProbe probe =
 *     HealthProbe.http("/health").header("Authorization", "Bearer 42").expectBody("\"UP\"");
 * }</pre>
 *
 * <p>Redirects are not followed: an answer that sends elsewhere says nothing about the instance.
 * Without {@link #client} the probe makes a client of its own at the first check, for HTTP/1.1. Its
 * threads end when the last monitor that uses the probe is closed, within a second; before JDK 21,
 * when the garbage collector finds the client after that.
 *
 * <p><b>The {@code Host} header</b> is the instance's address, as always with the JDK's client; see
 * {@link #header}. A server that tells its services apart by name needs another way to be asked.
 */
public final class HttpHealthProbe implements HealthProbe {

  /** How much of a body is read, in bytes: {@value}. What is beyond is neither matched nor read. */
  public static final int LONGEST_BODY = 65_536;

  private static final int LOWEST_STATUS = 100;
  private static final int HIGHEST_STATUS = 599;

  /** The request with a host that stands for the instance's, which is how it is validated. */
  private final HttpRequest template;

  private final String path;
  private final StatusRanges statuses;
  private final @Nullable Predicate<String> body;
  private final String bodyRule;
  private final ProbeClient client;

  private HttpHealthProbe(
      HttpRequest template,
      String path,
      StatusRanges statuses,
      @Nullable Predicate<String> body,
      String bodyRule,
      ProbeClient client) {
    this.template = template;
    this.path = path;
    this.statuses = statuses;
    this.body = body;
    this.bodyRule = bodyRule;
    this.client = client;
  }

  static HttpHealthProbe of(String path) {
    Checks.check(requireNonNull(path, "path").startsWith("/"), "path", path, "begins with /");
    URI uri = URI.create("http://instance" + path);
    Checks.check(uri.getRawFragment() == null, "path", path, "without a fragment");
    return new HttpHealthProbe(
        HttpRequest.newBuilder(uri).build(),
        path,
        StatusRanges.SUCCESSFUL,
        null,
        "",
        ProbeClient.own(null));
  }

  /**
   * Returns a probe that asks by another method.
   *
   * @param method such as {@code HEAD} or {@code OPTIONS}; sent without a body. {@code HEAD} cannot
   *     be combined with {@link #expectBody}, as there is none
   * @return the probe
   * @throws IllegalArgumentException if the client refuses that method, or a body is expected of
   *     {@code HEAD}
   */
  public HttpHealthProbe method(String method) {
    notBlank(method, "method");
    Checks.check(
        body == null || !method.equals("HEAD"), "method", method, "another one to expect a body");
    return with(builder().method(method, BodyPublishers.noBody()).build());
  }

  /**
   * Returns a probe that also sends a header.
   *
   * @param name the header; a second value of one is added. {@code Host}, {@code Connection} and
   *     some others belong to the JDK's client, which refuses them unless the JVM is started with
   *     {@code -Djdk.httpclient.allowRestrictedHeaders=host}
   * @param value its value; not in any text or reason that this class makes
   * @return the probe
   * @throws IllegalArgumentException if the client refuses that header
   */
  public HttpHealthProbe header(String name, String value) {
    return with(builder().header(notBlank(name, "name"), requireNonNull(value, "value")).build());
  }

  /**
   * Returns a probe to which other statuses are good. The first call replaces the default, 200 to
   * 299; later ones add to it.
   *
   * @param from the lowest good status, 100 to 599
   * @param to the highest good status, from {@code from} to 599
   * @return the probe
   * @throws IllegalArgumentException if the range is empty or out of bounds
   */
  public HttpHealthProbe expectStatus(int from, int to) {
    Checks.check(from >= LOWEST_STATUS && from <= HIGHEST_STATUS, "from", from, "100..599");
    Checks.check(to >= from && to <= HIGHEST_STATUS, "to", to, from + "..599");
    return new HttpHealthProbe(template, path, statuses.and(from, to), body, bodyRule, client);
  }

  /**
   * Returns a probe that wants a text in the body, as UTF-8, within its first {@value
   * #LONGEST_BODY} bytes. Replaces what was expected of the body.
   *
   * @param text what the body has to contain, not empty
   * @return the probe
   * @throws IllegalArgumentException if the text is empty, or the method is {@code HEAD}
   */
  public HttpHealthProbe expectBody(String text) {
    Checks.check(!requireNonNull(text, "text").isEmpty(), "text", "\"\"", "not empty");
    return with(found -> found.contains(text), "\"" + text + '"');
  }

  /**
   * Returns a probe that wants to find a pattern in the body, as UTF-8, within its first {@value
   * #LONGEST_BODY} bytes. Replaces what was expected of the body.
   *
   * @param pattern what has to be found; it runs on what a server sends, so it should not backtrack
   *     without end
   * @return the probe
   * @throws IllegalArgumentException if the method is {@code HEAD}
   */
  public HttpHealthProbe expectBody(Pattern pattern) {
    requireNonNull(pattern, "pattern");
    return with(found -> pattern.matcher(found).find(), "/" + pattern + '/');
  }

  /**
   * Returns a probe that sends through a client of the caller's, who stays its owner.
   *
   * @param sender one of the JDK's, not the balanced one, whose requests would be picked for and
   *     counted. It brings TLS, proxy, authentication and protocol version
   * @return the probe
   * @throws IllegalArgumentException if the client follows redirects
   */
  public HttpHealthProbe client(HttpClient sender) {
    Checks.check(
        sender.followRedirects() == HttpClient.Redirect.NEVER,
        "client",
        "followRedirects " + sender.followRedirects(),
        "NEVER");
    return new HttpHealthProbe(template, path, statuses, body, bodyRule, ProbeClient.given(sender));
  }

  /**
   * Returns a probe whose own client trusts and identifies itself by this context. Replaces {@link
   * #client}. The name in the instance's URI is verified as always, so an instance that is known by
   * its IP address needs a certificate for that.
   *
   * @param context the TLS context
   * @return the probe
   */
  public HttpHealthProbe sslContext(SSLContext context) {
    return new HttpHealthProbe(
        template,
        path,
        statuses,
        body,
        bodyRule,
        ProbeClient.own(requireNonNull(context, "context")));
  }

  @Override
  public CompletionStage<Boolean> check(Instance instance) {
    CompletableFuture<HttpResponse<String>> call =
        client
            .get()
            .sendAsync(builder().uri(uri(instance)).build(), info -> new BodyPrefix(LONGEST_BODY));
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    var unused =
        call.whenComplete(
            (response, failure) -> {
              try {
                if (failure != null) {
                  result.completeExceptionally(failure);
                } else {
                  judge(response);
                  result.complete(true);
                }
              } catch (Throwable reason) { // of the pattern as well: it may overflow the stack
                result.completeExceptionally(reason);
              }
            });
    return NetworkProbes.cancelling(result, call);
  }

  private void judge(HttpResponse<String> response) throws ProbeFailure {
    if (!statuses.contain(response.statusCode())) {
      throw new ProbeFailure("status " + response.statusCode() + " (expected: " + statuses + ')');
    }
    if (body != null && !body.test(response.body())) {
      throw new ProbeFailure("the body does not have " + bodyRule);
    }
  }

  /** Works on raw text: a round trip through decoded parts would turn %2F into a slash. */
  private URI uri(Instance instance) {
    URI base = instance.uri();
    String prefix = base.getRawPath();
    return URI.create(
        base.getScheme()
            + "://"
            + base.getRawAuthority()
            + (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix)
            + path);
  }

  /** Counts a monitor that uses the probe, so that its own client can go with the last one. */
  void attach() {
    client.attach();
  }

  void detach() {
    client.detach();
  }

  private HttpRequest.Builder builder() {
    return HttpRequest.newBuilder(template, (name, value) -> true);
  }

  private HttpHealthProbe with(HttpRequest request) {
    return new HttpHealthProbe(request, path, statuses, body, bodyRule, client);
  }

  private HttpHealthProbe with(Predicate<String> expected, String rule) {
    Checks.check(!template.method().equals("HEAD"), "expectBody", rule, "not with HEAD");
    return new HttpHealthProbe(template, path, statuses, expected, rule, client);
  }

  @Override
  public String toString() {
    return "HttpHealthProbe[" + template.method() + ' ' + path + ", status " + statuses + ']';
  }
}
