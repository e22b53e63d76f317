#include "tools/serve/multipart.h"

#include <gtest/gtest.h>

#include "tools/serve/message.h"

namespace fer::serve {
namespace {

int status_of(const std::string& body, size_t max_parts = 9) {
  try {
    parse_multipart(body, "XX", max_parts);
    return 200;
  } catch (const RequestError& error) {
    return error.status();
  }
}

const std::string kForm =
    "--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b \\\"c\\\";.png\"\r\nContent-Type: "
    "image/png\r\n\r\n"
    "one\r\n--X\r\n\r\n--XX\r\ncontent-disposition: form-data; name=mode\r\n\r\nwhole\r\n--XX--\r\n";

TEST(Multipart, GivesNamesTypesAndBytesOfEachPart) {
  const std::vector<Part> parts = parse_multipart(kForm, "XX", 2);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "a");
  EXPECT_EQ(parts[0].filename, "b \"c\";.png");
  EXPECT_TRUE(parts[0].is_file);
  EXPECT_EQ(parts[0].content_type, "image/png");
  EXPECT_EQ(parts[0].body, "one\r\n--X\r\n");  // nearly a boundary
  EXPECT_EQ(parts[1].name, "mode");
  EXPECT_FALSE(parts[1].is_file);
  EXPECT_EQ(parts[1].body, "whole");
}

TEST(Multipart, WhatStandsBeforeTheFirstBoundaryAndAfterTheLastIsIgnored) {
  EXPECT_EQ(parse_multipart("preamble\r\n" + kForm + "epilogue", "XX", 2).size(), 2u);
}

TEST(Multipart, EveryFormThatIsCutShortIsRefused) {
  const size_t whole = kForm.rfind("--\r\n") + 2;
  for (size_t length = 0; length < whole; ++length) EXPECT_EQ(status_of(kForm.substr(0, length)), 400) << length;
  EXPECT_EQ(status_of(kForm.substr(0, whole)), 200);
}

TEST(Multipart, WhatIsNoFormIsRefused) {
  EXPECT_EQ(status_of("--XX--\r\n"), 400);
  EXPECT_EQ(status_of("--XX\r\n\r\nx\r\n--XX--"), 400);                                              // without a name
  EXPECT_EQ(status_of("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--XX--"), 400);   // another kind
  EXPECT_EQ(status_of("--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--XX--"), 400);  // an open quote
  EXPECT_EQ(status_of("--XX\r\nX: " + std::string(5000, 'x') + "\r\n\r\nx\r\n--XX--"), 400);         // endless headers
  EXPECT_EQ(status_of("--XXY\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--XX--"), 400);   // another boundary
}

TEST(Multipart, MorePartsThanAllowedAreTooMany) {
  EXPECT_EQ(status_of(kForm, 2), 200);
  EXPECT_EQ(status_of(kForm, 1), 413);
}

TEST(Multipart, TheBoundaryIsReadInAnyForm) {
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=XX"), "XX");
  EXPECT_EQ(boundary_of("multipart/form-data;charset=utf-8; Boundary=\"a b;c\""), "a b;c");
  EXPECT_THROW(boundary_of("multipart/form-data"), RequestError);
  EXPECT_THROW(boundary_of("multipart/form-data; boundary="), RequestError);
  EXPECT_THROW(boundary_of("multipart/form-data; boundary=" + std::string(71, 'x')), RequestError);
}

}  // namespace
}  // namespace fer::serve
