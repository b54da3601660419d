package dev.steelyard.lb.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestKeysTest {

  private static HttpRequest.Builder to(String uri) {
    return HttpRequest.newBuilder(URI.create(uri));
  }

  @Test
  void aHeaderIsTheFirstOfItsNameInWhicheverCase() {
    Function<HttpRequest, String> key = RequestKeys.header("X-User");
    assertEquals(
        "ada", key.apply(to("http://h/").header("x-USER", "ada").header("X-User", "bo").build()));
    assertEquals("Ada", key.apply(to("http://h/").header("x-user", " Ada ").build()));
    assertNull(key.apply(to("http://h/").build()));
    assertNull(key.apply(to("http://h/").header("X-User", "").build()));
    assertNull(key.apply(to("http://h/").header("X-User", "  ").build()));
    assertNull(key.apply(to("http://h/").header("X-Users", "ada").build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sid=abc | abc",
        "a=1; sid=abc; b=2 | abc",
        "a=1;sid=abc;b=2 | abc",
        "a=1 ;\tsid = abc ; b=2 | abc",
        "sid=first; sid=second | first",
        "sid=a=b== | a=b==",
        "SID=other; Sid=other; sid=abc | abc",
        "xsid=1; sidx=2; sid=abc | abc",
        "sid; flag; sid=abc | abc",
        "; ;; sid=abc; | abc",
        "$Version=1; sid=\"abc\"; $Path=\"/\" | abc",
        "sid=\"a;b\"; x=1 | a;b",
        "x=\"; sid=no\"; sid=yes | yes",
        "sid=\"a\\\"b\\\\c\" | a\"b\\c",
        "sid=\"open; x=1 | \"open",
        "sid=\"a\"b; x=1 | \"a\"b",
        "sid=\" spaced \" | ` spaced `",
        "a=\"\\ | ",
        "sid= | ",
        "sid=; sid=later | ",
        "sid=\"\" | ",
        "sid=\"  \" | ",
        "sid | ",
        "= | ",
        "=abc | ",
        "a=b | ",
        "; | ",
      })
  void aCookieIsFoundAmongTheOthers(String header, String expected) {
    HttpRequest request = to("http://h/").header("Cookie", header).build();
    assertEquals(expected, RequestKeys.cookie("sid").apply(request));
  }

  /** Cut at the semicolon, these two would be one session. */
  @Test
  void twoQuotedValuesThatBeginAlikeAreTwoKeys() {
    Function<HttpRequest, String> key = RequestKeys.cookie("sid");
    String one = key.apply(to("http://h/").header("Cookie", "sid=\"a;1\"").build());
    String other = key.apply(to("http://h/").header("Cookie", "sid=\"a;2\"").build());
    assertEquals("a;1", one);
    assertEquals("a;2", other);
  }

  @Test
  void aCookieMayBeInAnyOfSeveralHeaders() {
    Function<HttpRequest, String> key = RequestKeys.cookie("sid");
    assertEquals(
        "abc",
        key.apply(
            to("http://h/").header("cookie", "a=1; b=2").header("Cookie", "sid=abc").build()));
    assertNull(key.apply(to("http://h/").build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?user=ada | ada",
        "?a=1&user=ada&user=bo | ada",
        "?&&user=a%20b%2Bc+d& | a b+c d",
        "?us%65r=ada#user=no | ada",
        "?user=a=b | a=b",
        "?username=1&xuser=2&user | ",
        "?user=&x=1 | ",
        "?user=%20 | ",
        "? | ",
        "/user=ada | ",
      })
  void aParameterIsTakenFromTheQuery(String tail, String expected) {
    HttpRequest request = to("http://h/" + tail).build();
    assertEquals(expected, RequestKeys.query("user").apply(request));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a=b", "a;b", "a,b", "\"a\"", "a\n", "\u00e9", "a:b"})
  void whatIsNoNameIsRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> RequestKeys.header(name));
    assertThrows(IllegalArgumentException.class, () -> RequestKeys.cookie(name));
  }

  @Test
  void theRefusalNamesTheRule() {
    assertEquals(
        "cookie: \"a b\" (expected: letters, digits and !#$%&'*+-.^_`|~)",
        assertThrows(IllegalArgumentException.class, () -> RequestKeys.cookie("a b")).getMessage());
    assertThrows(IllegalArgumentException.class, () -> RequestKeys.query(" "));
    assertThrows(NullPointerException.class, () -> RequestKeys.query(null));
    assertEquals(
        "v",
        RequestKeys.cookie("!#$%&'*+-.^_`|~9Z")
            .apply(to("http://h/").header("Cookie", "!#$%&'*+-.^_`|~9Z=v").build()));
  }
}
