// The description of the interface, held to what the server does.
#include <set>

#include "tests/serve/serve_fixture.h"

namespace fer::serve {
namespace {

using nlohmann::json;

// The part of JSON Schema that the description uses. Says what does not fit; "" where all does.
class Schemas {
 public:
  explicit Schemas(const json& all) : all_(all) {}

  std::string misfit(const json& schema, const json& value, const std::string& where) const {
    if (schema.contains("$ref")) return misfit(at(schema["$ref"]), value, where);
    if (!has_type(schema["type"], value)) return where + ": expected " + schema["type"].get<std::string>();
    if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
      return where + ": " + value.dump() + " is not among those described";
    }
    for (size_t i = 0; value.is_array() && i < value.size(); ++i) {
      const std::string of_item = misfit(schema["items"], value[i], where + "[" + std::to_string(i) + "]");
      if (!of_item.empty()) return of_item;
    }
    return value.is_object() ? misfit_of_object(schema, value, where) : "";
  }

  const json& at(const std::string& reference) const { return all_.at(json::json_pointer(reference.substr(1))); }

 private:
  static bool has_type(const std::string& type, const json& value) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "integer" ? value.is_number_integer()
                               : type == "number" && value.is_number();
  }
  std::string misfit_of_object(const json& schema, const json& value, const std::string& where) const {
    for (const json& name : schema.value("required", json::array())) {
      if (!value.contains(name.get<std::string>())) return where + ": lacks " + name.get<std::string>();
    }
    const json properties = schema.value("properties", json::object());
    const json others = schema.value("additionalProperties", json(true));
    for (const auto& [name, member] : value.items()) {
      if (properties.contains(name)) {
        const std::string of_member = misfit(properties[name], member, where + "." + name);
        if (!of_member.empty()) return of_member;
      } else if (others.is_object()) {
        const std::string of_member = misfit(others, member, where + "." + name);
        if (!of_member.empty()) return of_member;
      } else if (others == false) {
        return where + ": " + name + " is not described";
      }
    }
    return "";
  }

  const json& all_;
};

class OpenApi : public ::testing::Test {
 protected:
  static ServiceOptions options() {
    ServiceOptions options;
    options.find_faces = halves;
    options.limits.receive_time = std::chrono::milliseconds(200);
    options.limits.max_bytes = 5000;
    options.limits.max_pixels = 400;
    return options;
  }

  // The answer is one of those described for the route.
  void expect_described(const std::string& method, const std::string& path, const Reply& reply) {
    const std::string what = method + " " + path + " " + std::to_string(reply.status);
    ASSERT_TRUE(api_["paths"].contains(path) && api_["paths"][path].contains(method)) << what;
    const json responses = api_["paths"][path][method]["responses"];
    ASSERT_TRUE(responses.contains(std::to_string(reply.status))) << what << " " << reply.body;
    json response = responses[std::to_string(reply.status)];
    if (response.contains("$ref")) response = schemas_.at(response["$ref"]);
    const size_t at = reply.head.find("Content-Type: ") + 14;
    const std::string type = media_type(reply.head.substr(at, reply.head.find("\r\n", at) - at));
    ASSERT_TRUE(response["content"].contains(type)) << what << " " << type;
    if (type == "application/json") {
      EXPECT_EQ(schemas_.misfit(response["content"][type]["schema"], reply.json(), what), "") << reply.body;
    }
  }

  const ServerThread server_{options()};
  const json api_ = server_.get("/openapi.json").json();
  const Schemas schemas_{api_};
};

TEST_F(OpenApi, DescribesEveryRouteAndNoOther) {
  std::set<std::string> described;
  for (const auto& [path, methods] : api_["paths"].items()) {
    for (const auto& [method, operation] : methods.items())
      described.insert((method == "get" ? "GET " : "POST ") + path);
  }
  const std::vector<std::string> routes = Service::routes();
  EXPECT_EQ(described, std::set<std::string>(routes.begin(), routes.end()));
}

TEST_F(OpenApi, EveryReadingIsAsDescribed) {
  for (const auto& [path, methods] : api_["paths"].items()) {
    if (!methods.contains("get")) continue;
    const Reply reply = server_.get(path);
    EXPECT_EQ(reply.status, 200) << path;
    expect_described("get", path, reply);
    expect_described("get", path, server_.get(path + "?%zz"));
    expect_described("get", path, server_.post("x", path));
  }
}

TEST_F(OpenApi, EveryAnswerToPicturesIsAsDescribed) {
  const std::string path = "/v1/predict", good = pgm(20, 12, 1);
  const std::vector<std::pair<Reply, int>> replies = {
      {server_.post(good), 200},
      {server_.post(good, path + "?why=true"), 200},
      {server_.post(pgm(9, 7, 1)), 200},  // no face
      {server_.post(good, path + "?mode=whole&model=second"), 200},
      {server_.post_form({{"a", "a.pgm", good}, {"b", "b", "nothing"}, {"mode", "", "whole"}}), 200},
      {server_.post(good, path + "?mode=other"), 400},
      {server_.post("P5\n9 9\n255\n"), 400},
      {server_.post(good, path + "?model=none"), 404},
      {server_.get(path), 405},
      {server_.ask("POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nP5"), 408},
      {server_.ask("POST /v1/predict HTTP/1.1\r\nHost: a\r\n\r\n"), 411},
      {server_.post(std::string(6000, 'x')), 413},
      {server_.post(pgm(40, 40, 1)), 413},
      {server_.post("GIF89a"), 415},
  };
  for (const auto& [reply, status] : replies) {
    EXPECT_EQ(reply.status, status) << reply.body;
    expect_described("post", path, reply);
  }
}

TEST_F(OpenApi, TheParametersAreThoseThatTheServerTakes) {
  for (const json& parameter : api_["paths"]["/v1/predict"]["post"]["parameters"]) {
    const std::string name = parameter["name"];
    if (name == "model") continue;
    for (const json& value : parameter["schema"]["enum"]) {
      const std::string target = "/v1/predict?" + name + "=" + value.get<std::string>();
      EXPECT_EQ(server_.post(pgm(20, 12, 1), target).status, 200) << target;
    }
    EXPECT_EQ(server_.post(pgm(20, 12, 1), "/v1/predict?" + name + "=other").status, 400);
  }
}

TEST_F(OpenApi, TheTokenIsDescribedWhereItIsWanted) {
  ServiceOptions guarded;
  guarded.token = "secret";
  const ServerThread server(std::move(guarded));
  for (const auto& [path, methods] : api_["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      const Reply reply = method == "get" ? server.get(path) : server.post("x", path);
      EXPECT_EQ(reply.status == 401, operation.contains("security")) << path;
      if (reply.status == 401) expect_described(method, path, reply);
    }
  }
}

// Of the checks above themselves.
TEST_F(OpenApi, AnAnswerThatIsNotDescribedIsSeen) {
  const json face = api_["components"]["schemas"]["Face"];
  json good = server_.post(pgm(20, 12, 1)).json()["pictures"][0]["faces"][0];
  EXPECT_EQ(schemas_.misfit(face, good, "face"), "");
  json more = good, fewer = good, other = good;
  more["age"] = 30;
  fewer.erase("label");
  other["box"]["left"] = "1";
  for (const json& bad : {more, fewer, other}) EXPECT_NE(schemas_.misfit(face, bad, "face"), "") << bad;
}

}  // namespace
}  // namespace fer::serve
