// fer-data: the chart and the sheet of faces.
#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class DataPictures : public ToolTest {};

TEST_F(DataPictures, DrawsChartAndSheet) {
  ASSERT_EQ(run("fer-data faces.csv --chart c.svg --sheet s.png --per-class 3").status, 0);
  const std::string svg = read_text(path("c.svg"));
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("PublicTest (14)"), std::string::npos);
  const Image sheet = read_image(path("s.png"));
  EXPECT_EQ(sheet.height, 4 + 7 * 52);
  EXPECT_EQ(sheet.width, 4 + 8 * 8 + 4 + 3 * 52);
  // The first picture of the first class begins 4 below the top, after the names.
  EXPECT_EQ(sheet.pixels[static_cast<size_t>(4 * sheet.width + 72)], 180);
}

TEST_F(DataPictures, EndingsMayBeInCapitals) {
  ASSERT_EQ(run("fer-data faces.csv --chart C.SVG --sheet S.Png --per-class 1").status, 0);
  EXPECT_TRUE(read_text(path("C.SVG")).starts_with("<svg "));
  EXPECT_EQ(read_image(path("S.Png")).height, 4 + 7 * 52);
}

}  // namespace
}  // namespace fer::test
