#include "tools/serve/message.h"

#include <gtest/gtest.h>

namespace fer::serve {
namespace {

TEST(ParseTarget, TakesPathAndParametersApart) {
  const Target target = parse_target("/v1/predict?model=a%20b+c%C3%A9&mode=&x#y?z=1");
  EXPECT_EQ(target.path, "/v1/predict");
  EXPECT_EQ(target.parameters,
            (std::map<std::string, std::string>{{"model", "a b c\xc3\xa9"}, {"mode", ""}, {"x", ""}}));
  EXPECT_EQ(parse_target("/").path, "/");
  EXPECT_TRUE(parse_target("/?").parameters.empty());
  EXPECT_TRUE(parse_target("").parameters.empty());
}

TEST(ParseTarget, RefusesBadEscapesAndWhatIsGivenTwice) {
  for (const char* target : {"/?a=%", "/?a=%4", "/?a=%4g", "/?%zz", "/?a=1&a=2"}) {
    EXPECT_THROW(parse_target(target), RequestError) << target;
  }
}

TEST(MediaType, IsInLowerCaseAndWithoutParameters) {
  EXPECT_EQ(media_type(" Multipart/Form-Data ; boundary=x"), "multipart/form-data");
  EXPECT_EQ(media_type("image/png"), "image/png");
  EXPECT_EQ(media_type(""), "");
}

TEST(ErrorResponse, IsJsonEvenOfTextThatIsNone) {
  const Response response = error_response({400, "bad_picture", "a\xff\"\n"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "{\"error\":{\"status\":400,\"code\":\"bad_picture\",\"message\":\"a\xef\xbf\xbd\\\"\\n\"}}\n");
}

}  // namespace
}  // namespace fer::serve
