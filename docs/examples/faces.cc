// Writes each face of a picture as a picture of its own: faces PICTURE.
#include <fer/error.h>
#include <fer/file.h>
#include <fer/vision.h>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) try {
  if (argc != 2) throw fer::Error("usage: example_faces PICTURE");
  const fer::FaceDetector detector;
  const fer::Image picture = fer::read_image(argv[1]);
  int count = 0;
  for (const fer::Face& face : detector.find(picture)) {
    const fer::Image crop = fer::resized(fer::crop_face(picture, face), 96, 96);
    const std::string name = "face-" + std::to_string(++count) + ".png";
    fer::write_file(name, fer::encode_png(crop));
    std::printf("%s: a face at %lld, %lld\n", name.c_str(), static_cast<long long>(face.box.left),
                static_cast<long long>(face.box.top));
  }
  std::printf("%d faces\n", count);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
