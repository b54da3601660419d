package dev.steelyard.lb.http;

import static dev.steelyard.lb.internal.Checks.check;
import static dev.steelyard.lb.internal.Checks.notBlank;

import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The usual places of a request to take its key from, for {@link
 * BalancedHttpClientBuilder#requestKey}. The functions are thread-safe, linear in the headers or
 * the query, and give null where there is nothing but white space. A key is never cut: what is left
 * out of it would make two sessions one.
 */
public final class RequestKeys {
  private RequestKeys() {}

  /**
   * Takes the first value of a header.
   *
   * @param name the name of the header, in whichever case
   * @return the function
   * @throws IllegalArgumentException if it is not the name of a header
   */
  public static Function<HttpRequest, @Nullable String> header(String name) {
    checkToken(name, "header");
    return request -> {
      String value = request.headers().firstValue(name).orElse("").strip();
      return orNull(value);
    };
  }

  /**
   * Takes the value of a cookie: the first of that name in the {@code Cookie} headers of the
   * request, without the quotes around it. A cookie that a {@link java.net.CookieHandler} adds is
   * not seen, since that happens later.
   *
   * @param name the name of the cookie, in the case that it has
   * @return the function
   * @throws IllegalArgumentException if it is not the name of a cookie
   */
  public static Function<HttpRequest, @Nullable String> cookie(String name) {
    checkToken(name, "cookie");
    return request -> {
      for (String header : request.headers().allValues("Cookie")) {
        String value = new CookieHeader(header).valueOf(name);
        if (value != null) {
          return orNull(value);
        }
      }
      return null;
    };
  }

  /**
   * Takes the value of a parameter of the query, decoded as of an HTML form: the first of that
   * name.
   *
   * @param parameter the name of the parameter, decoded
   * @return the function
   * @throws IllegalArgumentException if the name is blank
   */
  public static Function<HttpRequest, @Nullable String> query(String parameter) {
    notBlank(parameter, "query");
    return request -> {
      String query = request.uri().getRawQuery();
      int from = 0;
      while (query != null && from <= query.length()) {
        int end = query.indexOf('&', from);
        end = end < 0 ? query.length() : end;
        int equals = query.indexOf('=', from);
        if (equals >= 0 && equals < end && decode(query, from, equals).equals(parameter)) {
          return orNull(decode(query, equals + 1, end).strip());
        }
        from = end + 1;
      }
      return null;
    };
  }

  private static String decode(String query, int from, int to) {
    return URLDecoder.decode(query.substring(from, to), StandardCharsets.UTF_8);
  }

  private static @Nullable String orNull(String value) {
    return value.isBlank() ? null : value;
  }

  /** RFC 9110, section 5.6.2. */
  private static void checkToken(String name, String knob) {
    notBlank(name, knob);
    boolean token =
        name.chars()
            .allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf((char) c) < 0);
    check(token, knob, '"' + name + '"', "letters, digits and !#$%&'*+-.^_`|~");
  }
}
