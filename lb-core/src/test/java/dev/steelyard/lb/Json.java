package dev.steelyard.lb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Just enough of a JSON reader for test vectors: objects, lists, strings, doubles, booleans. */
public final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  public static Object parse(String text) {
    return new Json(text).value();
  }

  private char peek() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private boolean accept(char expected) {
    if (peek() != expected) {
      return false;
    }
    at++;
    return true;
  }

  private Object value() {
    if (accept('{')) {
      Map<String, Object> object = new LinkedHashMap<>();
      while (!accept('}')) {
        String key = (String) value();
        accept(':');
        object.put(key, value());
        accept(',');
      }
      return object;
    }
    if (accept('[')) {
      List<Object> list = new ArrayList<>();
      while (!accept(']')) {
        list.add(value());
        accept(',');
      }
      return list;
    }
    return accept('"') ? string() : word();
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
      if (c == '\\') {
        c = text.charAt(at++);
        if (c == 'u') {
          c = (char) Integer.parseInt(text.substring(at, at + 4), 16);
          at += 4;
        } else if (c == 'n') {
          c = '\n';
        }
      }
      string.append(c);
    }
    return string.toString();
  }

  private Object word() {
    int from = at;
    while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> "null";
      default -> Double.parseDouble(word);
    };
  }
}
