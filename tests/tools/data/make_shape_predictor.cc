// make_shape_predictor FILE.dat [POINTS]: trains dlib's shape predictor, a tiny one, on a bright square in a dark
// picture: the points lie on a spiral in the square. For tests of fer-landmarks, which need a file of the form of
// shape_predictor_68_face_landmarks.dat.
#include <dlib/image_processing.h>

#include <cmath>
#include <cstdlib>

namespace {

using Grey = dlib::array2d<unsigned char>;

dlib::point spiral(int i, int points, const dlib::rectangle& square) {
  const double angle = 0.7 * i, radius = 0.4 * (i + 1) / points * static_cast<double>(square.width());
  return dlib::center(square) +
         dlib::point(std::lround(radius * std::cos(angle)), std::lround(radius * std::sin(angle)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int points = argc > 2 ? std::atoi(argv[2]) : 68;
  dlib::array<Grey> pictures;
  std::vector<std::vector<dlib::full_object_detection>> faces;
  for (int i = 0; i < 12; ++i) {
    const dlib::rectangle square(8 + i % 4, 6 + i % 3, 39 + i % 4, 37 + i % 3), box(0, 0, 47, 47);
    Grey picture(48, 48);
    for (long y = 0; y < 48; ++y) {
      for (long x = 0; x < 48; ++x) picture[y][x] = square.contains(x, y) ? 200 : 40;
    }
    std::vector<dlib::point> parts;
    for (int k = 0; k < points; ++k) parts.push_back(spiral(k, points, square));
    faces.push_back({dlib::full_object_detection(box, parts)});
    pictures.push_back(picture);
  }
  dlib::shape_predictor_trainer trainer;
  trainer.set_cascade_depth(2);
  trainer.set_num_trees_per_cascade_level(8);
  trainer.set_tree_depth(2);
  trainer.set_feature_pool_size(50);
  trainer.set_num_test_splits(10);
  dlib::serialize(argv[1]) << trainer.train(pictures, faces);
}
