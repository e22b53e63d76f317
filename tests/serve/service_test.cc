// What is asked and what is answered, over HTTP as clients see it.
#include "tools/serve/service.h"

#include "tests/serve/serve_fixture.h"

namespace fer::serve {
namespace {

ServiceOptions with_faces() {
  ServiceOptions options;
  options.find_faces = halves;
  return options;
}

TEST(Service, APictureGetsWhatTheModelSays) {
  const ServerThread server;
  const Reply reply = server.post(pgm(9, 7, 1));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::string file = pgm(9, 7, 1);
  const auto models = two_models();
  const Prediction expected =
      models[0].second.predict_encoded({reinterpret_cast<const uint8_t*>(file.data()), file.size()});
  const nlohmann::json json = reply.json();
  EXPECT_EQ(json["model"], "first");
  EXPECT_EQ(json["mode"], "whole");
  const nlohmann::json face = json["pictures"][0]["faces"][0];
  EXPECT_EQ(face["label"], expected.label);
  EXPECT_EQ(face["emoji"], expected.emoji);
  EXPECT_EQ(face["box"], nlohmann::json({{"left", 0}, {"top", 0}, {"width", 9}, {"height", 7}}));
  const std::vector<std::string>& names = models[0].second.class_names();
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_NEAR(face["probabilities"][names[i]].get<double>(), expected.probabilities[i], 1e-6);
  }
}

TEST(Service, AModelIsChosenByNameInTheAddressOrInTheForm) {
  const ServerThread server;
  const Reply first = server.post(pgm(9, 7, 1)), second = server.post(pgm(9, 7, 1), "/v1/predict?model=second");
  EXPECT_EQ(second.json()["model"], "second");
  EXPECT_NE(first.json()["pictures"], second.json()["pictures"]);
  const Reply form = server.post_form({{"model", "", "second"}, {"picture", "a.pgm", pgm(9, 7, 1)}});
  EXPECT_EQ(form.json()["pictures"][0]["faces"], second.json()["pictures"][0]["faces"]);
  EXPECT_EQ(form.json()["pictures"][0]["name"], "a.pgm");
  EXPECT_EQ(server.post(pgm(9, 7, 1), "/v1/predict?model=third").code(), "no_such_model");
}

TEST(Service, SeveralPicturesAreAnsweredInTheirOrderAndBadOnesByThemselves) {
  const ServerThread server;
  const Reply reply =
      server.post_form({{"p", "a.pgm", pgm(9, 7, 1)}, {"p", "b.txt", "text"}, {"p", "c.pgm", pgm(5, 5, 3)}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const nlohmann::json pictures = reply.json()["pictures"];
  ASSERT_EQ(pictures.size(), 3u);
  EXPECT_EQ(pictures[0]["faces"], server.post(pgm(9, 7, 1)).json()["pictures"][0]["faces"]);
  EXPECT_EQ(pictures[1]["error"]["status"], 415);
  EXPECT_FALSE(pictures[1].contains("faces"));
  EXPECT_EQ(pictures[2]["faces"], server.post(pgm(5, 5, 3)).json()["pictures"][0]["faces"]);
  EXPECT_EQ(server.post_form({{"p", "b.txt", "text"}, {"p", "c.pgm", "P5 cut"}}).status, 415);
}

TEST(Service, FacesAreFoundWhereTheyAreAndEachIsAnswered) {
  const ServerThread server(with_faces());
  const nlohmann::json json = server.post(pgm(24, 12, 1)).json();
  EXPECT_EQ(json["mode"], "faces");
  ASSERT_EQ(json["pictures"][0]["faces"].size(), 2u);
  EXPECT_EQ(json["pictures"][0]["faces"][1]["box"]["left"], 12);
  EXPECT_NE(json["pictures"][0]["faces"][0]["probabilities"], json["pictures"][0]["faces"][1]["probabilities"]);
  const nlohmann::json whole = server.post(pgm(24, 12, 1), "/v1/predict?mode=whole").json();
  EXPECT_EQ(whole["pictures"][0]["faces"].size(), 1u);
  const nlohmann::json none = server.post(pgm(9, 7, 1)).json()["pictures"][0];
  EXPECT_TRUE(none["faces"].empty());
  EXPECT_NE(none["note"].get<std::string>().find("look straight into the camera"), std::string::npos);
}

TEST(Service, WhyIsAMapOverEachFace) {
  const ServerThread server(with_faces());
  const nlohmann::json faces = server.post(pgm(24, 12, 1), "/v1/predict?why=true").json()["pictures"][0]["faces"];
  ASSERT_EQ(faces.size(), 2u);
  for (const nlohmann::json& face : faces) {
    EXPECT_EQ(face["why"]["values"].size(), 30u);
    EXPECT_EQ(face["why"]["crop"], face["box"]);
    for (const nlohmann::json& value : face["why"]["values"]) {
      EXPECT_GE(value.get<double>(), 0);
      EXPECT_LE(value.get<double>(), 1);
    }
  }
  EXPECT_EQ(server.post_form({{"why", "", "true"}, {"p", "a", pgm(9, 7, 1)}, {"p", "b", pgm(9, 7, 2)}}).code(),
            "bad_parameter");
}

TEST(Service, RequestsThatCannotBeServedSaySo) {
  const ServerThread server;
  const std::vector<std::pair<Reply, std::string>> replies = {
      {server.get("/nothing"), "404 not_found"},
      {server.get("/v1/predict"), "405 method_not_allowed"},
      {server.post("x", "/healthz"), "405 method_not_allowed"},
      {server.get("/healthz?%zz"), "400 bad_target"},
      {server.post(pgm(9, 7, 1), "/v1/predict?mode=faces"), "501 no_face_detector"},
      {server.post(pgm(9, 7, 1), "/v1/predict?mode=half"), "400 bad_parameter"},
      {server.post(pgm(9, 7, 1), "/v1/predict?top=1"), "400 bad_parameter"},
      {server.post(pgm(9, 7, 1), "/v1/predict?why=yes"), "400 bad_parameter"},
      {server.post(pgm(9, 7, 1), "/v1/predict", "application/json"), "415 no_picture_type"},
      {server.post(pgm(9, 7, 1), "/v1/predict", "multipart/form-data"), "400 bad_form"},
      {server.post(""), "400 no_picture"},
      {server.post("GIF89a"), "415 no_picture_format"},
      {server.post("P5\n9 9\n255\nxx"), "400 bad_picture"},
      {server.ask("POST /v1/predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
       "411 length_required"},
  };
  for (const auto& [reply, expected] : replies) {
    EXPECT_EQ(std::to_string(reply.status) + " " + reply.code(), expected) << reply.body;
    EXPECT_EQ(reply.json()["error"]["status"], reply.status);
    EXPECT_FALSE(reply.json()["error"]["message"].get<std::string>().empty());
  }
  EXPECT_NE(server.get("/v1/predict").head.find("Allow: POST"), std::string::npos);
}

TEST(Service, EachLimitHasItsStatus) {
  ServiceOptions options;
  options.limits.max_bytes = 2000;
  options.limits.max_pixels = 100;
  options.limits.max_pictures = 2;
  options.limits.max_faces = 1;
  options.find_faces = halves;
  const ServerThread server(std::move(options));
  EXPECT_EQ(server.post(std::string(2001, 'x')).code(), "too_many_bytes");
  EXPECT_EQ(server.post(pgm(11, 10, 1)).code(), "too_many_pixels");
  EXPECT_EQ(server.post(pgm(11, 10, 1)).status, 413);
  EXPECT_EQ(server.post_form({{"p", "a", "x"}, {"p", "b", "x"}, {"p", "c", "x"}}).code(), "too_many_pictures");
  EXPECT_EQ(server.post(pgm(20, 5, 1)).json()["pictures"][0]["faces"].size(), 1u);
}

// Pictures that each take long, many of them in one request.
TEST(Service, ARequestThatTakesTooLongEndsBetweenItsPictures) {
  std::atomic<int> looked = 0;
  ServiceOptions options;
  options.limits.wait_time = std::chrono::milliseconds(50);
  options.find_faces = [&](const Image&) {
    ++looked;
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    return std::vector<ShownFace>();
  };
  const ServerThread server(std::move(options));
  const Reply reply = server.post_form({{"p", "a", pgm(9, 7, 1)}, {"p", "b", pgm(9, 7, 1)}, {"p", "c", pgm(9, 7, 1)}});
  EXPECT_EQ(reply.status, 503);
  EXPECT_TRUE(reply.code() == "took_too_long" || reply.code() == "waited_too_long") << reply.body;
  EXPECT_LE(looked, 1);
}

TEST(Service, WithATokenOnlyThoseWhoKnowItMayAsk) {
  ServiceOptions options;
  options.token = "secret";
  const ServerThread server(std::move(options));
  for (const char* given :
       {"", "Authorization: Bearer secre\r\n", "Authorization: Bearer secrets\r\n", "Authorization: secret\r\n"}) {
    EXPECT_EQ(server.get("/v1/models", given).status, 401) << given;
    EXPECT_EQ(server.get("/metrics", given).status, 401) << given;
  }
  EXPECT_EQ(server.post(pgm(9, 7, 1)).status, 401);
  EXPECT_NE(server.get("/metrics").head.find("WWW-Authenticate: Bearer"), std::string::npos);
  EXPECT_EQ(server.get("/v1/models", "Authorization: Bearer secret\r\n").status, 200);
  EXPECT_EQ(server.get("/healthz").status, 200);  // what watches the server has no token
  EXPECT_EQ(server.get("/").status, 200);
}

TEST(Service, MetricsCountAndHoldNothingOfAPicture) {
  const ServerThread server;
  server.post_form({{"p", "holiday.pgm", pgm(9, 7, 1)}, {"p", "secret.txt", "text"}});
  server.get("/holiday?name=anna");
  const std::string text = server.get("/metrics").body;
  for (const char* line : {"fer_pictures_total 1\n", "fer_bad_pictures_total 1\n", "fer_faces_total 1\n",
                           "fer_requests_total{route=\"/v1/predict\",status=\"200\"} 1\n",
                           "fer_requests_total{route=\"other\",status=\"404\"} 1\n",
                           "fer_request_seconds_bucket{route=\"/v1/predict\",le=\"+Inf\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_EQ(text.find("holiday"), std::string::npos);
  EXPECT_EQ(text.find("anna"), std::string::npos);
}

TEST(Service, ManyAtOnceGetEachTheirOwnAnswer) {
  ServiceOptions options;
  options.threads = 3;
  const ServerThread server(std::move(options));
  std::vector<nlohmann::json> expected;
  for (int i = 0; i < 16; ++i) expected.push_back(server.post(pgm(9, 7, i)).json());
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Client client(server.port());
      for (int i = 0; i < 40; ++i) {
        const int k = (i * 5 + t) % 16;
        client.send(ServerThread::post_text("/v1/predict", pgm(9, 7, k)));
        if (client.receive().json() != expected[static_cast<size_t>(k)]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Service, AModelForLandmarksIsRefused) {
  Network net({68, 2, 1}, {"a", "b"});
  net.add(Flatten{});
  net.add(Dense{.units = 2, .activation = Activation::kSoftmax});
  Weights weights = initialize(net, 1);
  std::vector<Model> model;
  model.push_back({std::move(net), std::move(weights), {}});
  std::vector<std::pair<std::string, Classifier>> models;
  models.emplace_back("points", Classifier(std::move(model)));
  EXPECT_THROW(Service(std::move(models), {}), std::exception);
}

}  // namespace
}  // namespace fer::serve
