// Connections: slow ones, broken ones, many, and the end.
#include "tools/serve/http_server.h"

#include "fer/error.h"
#include "tests/serve/serve_fixture.h"
#include "tests/support/message.h"

namespace fer::serve {
namespace {

using std::chrono::milliseconds;

ServiceOptions quick(milliseconds receive_time) {
  ServiceOptions options;
  options.limits.receive_time = receive_time;
  return options;
}

TEST(HttpServer, AConnectionServesRequestsOneAfterAnother) {
  const ServerThread server;
  Client client(server.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n" +
              ServerThread::post_text("/v1/predict", pgm(9, 7, 1)));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive(true).status, 200);
  EXPECT_EQ(client.receive().json()["model"], "first");
}

TEST(HttpServer, AWholeAddressIsReadAsAProxySendsIt) {
  const ServerThread server;
  for (const char* address : {"http://a/healthz", "HTTP://a:80/v1/models?", "https://a", "http://?"}) {
    EXPECT_EQ(server.get(address).status, 200) << address;
  }
  for (const char* address : {"http://a/nothing", "ftp://a/healthz"}) {
    EXPECT_EQ(server.get(address).status, 404) << address;
  }
}

TEST(HttpServer, OldClientsAndThoseThatAskForItAreLetGo) {
  const ServerThread server;
  for (const char* text :
       {"GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
    Client client(server.port());
    client.send(text);
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_TRUE(client.ended());
  }
}

TEST(HttpServer, AClientThatWaitsForWordGetsIt) {
  const ServerThread server;
  const std::string body = pgm(9, 7, 1);
  const std::string head = "POST /v1/predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
  Client client(server.port());
  client.send(head + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send(body);
  EXPECT_EQ(client.receive().status, 200);
  Client refused(server.port());
  refused.send(head + "999999999999\r\n\r\n");
  EXPECT_EQ(refused.receive().status, 413);
}

TEST(HttpServer, WhatIsNotHttpIsRefusedAndTheServerGoesOn) {
  const ServerThread server;
  const std::vector<std::pair<std::string, int>> broken = {
      {"nonsense\r\n\r\n", 400},
      {std::string(100, '\0'), 400},
      {"GET / HTTP/9.9\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nA" + std::string(20000, 'a') + ": b\r\n\r\n", 431},
      {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n\r\n", 431},
      {"POST /v1/predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /v1/predict HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
      {"POST /v1/predict HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n\r\n", 413},
      {"\x16\x03\x01\x02", 400},  // TLS
  };
  for (const auto& [text, status] : broken) {
    Client client(server.port());
    client.send(text);
    client.finish();
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, status) << text.substr(0, 60);
    ASSERT_NE(reply.body, "") << text.substr(0, 60);
    EXPECT_EQ(reply.json()["error"]["status"], status);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(server.get("/healthz").status, 200);
}

TEST(HttpServer, ARequestThatIsCutShortAnywhereLeavesTheServerWell) {
  const ServerThread server;
  const std::string text = ServerThread::post_text("/v1/predict", pgm(9, 7, 1));
  for (size_t length = 0; length < text.size(); ++length) {
    Client client(server.port());
    client.send(text.substr(0, length));
    client.finish();
    const Reply reply = client.receive();
    EXPECT_TRUE(reply.status == 0 || (reply.status >= 400 && reply.status < 500)) << length << " " << reply.status;
  }
  EXPECT_EQ(server.post(pgm(9, 7, 1)).status, 200);
}

TEST(HttpServer, OneThatComesTooSlowlyIsToldSo) {
  const ServerThread server(quick(milliseconds(200)));
  for (const char* begun : {"GET /hea", "POST /v1/predict HTTP/1.1\r\nContent-Length: 100\r\n\r\nP5"}) {
    Client client(server.port());
    client.send(begun);
    const Reply reply = client.receive();
    EXPECT_EQ(reply.status, 408) << begun;
    EXPECT_EQ(reply.code(), "too_slow");
    EXPECT_TRUE(client.ended());
  }
}

TEST(HttpServer, ByteByByteDoesNotMakeTheTimeLonger) {
  const ServerThread server(quick(milliseconds(300)));
  Client client(server.port());
  client.send("GET /healthz HTTP/1.1\r\nA: ");
  bool open = true;
  for (int i = 0; i < 1000 && open; ++i) {
    open = client.send("a");
    std::this_thread::sleep_for(milliseconds(2));
  }
  EXPECT_EQ(client.receive().status, 408);
}

TEST(HttpServer, ManyIdleAndHalfSentOnesTakeNothingFromOthers) {
  const ServerThread server;
  std::vector<Client> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(server.port());
    ASSERT_TRUE(idle.back().connected()) << i;
    if (i % 3 == 1) idle.back().send("POST /v1/pre");
    if (i % 3 == 2) idle.back().send("POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\nP5\n");
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(server.post(pgm(9, 7, i)).status, 200);
  EXPECT_NE(server.get("/metrics").body.find("fer_connections 301\n"), std::string::npos);
}

TEST(HttpServer, WhereAllConnectionsAreTakenTheOneIdleForLongestGoes) {
  ServiceOptions options;
  options.limits.max_connections = 3;
  const ServerThread server(std::move(options));
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    clients.back().send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(clients.back().receive().status, 200);
  }
  EXPECT_EQ(server.get("/healthz").status, 200);
  EXPECT_TRUE(clients[0].ended());
  clients[2].send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(clients[2].receive().status, 200);
}

TEST(HttpServer, WhereNoneIsIdleTheNewOneIsTurnedAway) {
  ServiceOptions options;
  options.limits.max_connections = 2;
  const ServerThread server(std::move(options));
  std::vector<Client> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back(server.port());
    busy.back().send("POST /v1/predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    ASSERT_EQ(busy.back().receive().status, 100);
  }
  Client client(server.port());
  const Reply reply = client.receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.code(), "too_many_connections");
  EXPECT_NE(reply.head.find("Retry-After"), std::string::npos);
}

TEST(HttpServer, WhereTooMuchIsOnItsWayTheOldestGoesAndOthersAreServed) {
  ServiceOptions options;
  options.limits.max_received = 200'000;
  const ServerThread server(std::move(options));
  const std::string half =
      "POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n" + std::string(120'000, 'x');
  Client first(server.port()), second(server.port());
  first.send(half);
  // (Until it has arrived, else it would not be the older one.)
  while (server.get("/metrics").body.find("fer_received_bytes 0\n") != std::string::npos) std::this_thread::yield();
  second.send(half);
  const Reply reply = first.receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.code(), "busy");
  second.send(std::string(30'000, 'x'));
  EXPECT_EQ(second.receive().status, 415);
}

TEST(HttpServer, WhatRunsIsFinishedWhenItIsAskedToStop) {
  std::atomic<bool> running = false, go = false;
  ServiceOptions options;
  options.find_faces = [&](const Image& picture) {
    running = true;
    while (!go) std::this_thread::yield();
    return halves(picture);
  };
  ServerThread server(std::move(options));
  Client idle(server.port()), client(server.port());
  client.send(ServerThread::post_text("/v1/predict", pgm(24, 12, 1)));
  while (!running) std::this_thread::yield();
  server.stop();
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(Client(server.port()).connected());
  go = true;
  const Reply reply = client.receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["pictures"][0]["faces"].size(), 2u);
  EXPECT_TRUE(client.ended());
  server.join();
}

TEST(HttpServer, WhatIsNeverFetchedOrWaitedForDoesNotHoldItUp) {
  ServiceOptions options;
  options.find_faces = halves;
  ServerThread server(std::move(options));
  for (int i = 0; i < 50; ++i) {
    Client client(server.port());
    client.send(ServerThread::post_text("/v1/predict", pgm(24, 12, i)));
  }  // gone before the answer
  EXPECT_EQ(server.post(pgm(24, 12, 1)).status, 200);
}

TEST(HttpServer, AnAddressThatCannotBeUsedIsSaid) {
  Service service(two_models(), {});
  const HttpServer first(service, "127.0.0.1", 0);
  expect_contains(message_of([&] { HttpServer(service, "127.0.0.1", first.port()); }),
                  "cannot listen on 127.0.0.1 port");
  expect_contains(message_of([&] { HttpServer(service, "nowhere", 0); }), "--host: expected an IP address");
}

}  // namespace
}  // namespace fer::serve
