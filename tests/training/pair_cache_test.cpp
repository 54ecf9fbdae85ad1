// SPDX-License-Identifier: Apache-2.0
// Pairs of a subject of the view cache: a ball, as a view cache would hold it.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/image/write_image.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/pair_cache.h"
#include "core/training/pair_file.h"
#include "core/training/view_cache.h"
#include "tests/reprojection/test_views.h"
#include "tests/training/tiny_latents.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <span>

using namespace portrait;
namespace fs = std::filesystem;
using Format = ViewCacheFormat;

namespace {

// Colours of the place that is seen, so that views agree.
Image shaded(const DrivingView& view) {
  Image image(view.width(), view.height(), 3, 0.5F);
  for (int y = 0; y < view.height(); ++y) {
    for (int x = 0; x < view.width(); ++x) {
      const double depth = at2(view.depth, y, x);
      if (!std::isfinite(depth)) continue;
      const Ray ray = camera_ray(view.camera, (x + 0.5) / view.width(), (y + 0.5) / view.height());
      const Eigen::Vector3d p = ray.origin + depth * ray.direction;
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = float(0.5 + 0.4 * std::sin(9 * p[c]));
    }
  }
  return image;
}

Image covered(const DrivingView& view) {
  Image image(view.width(), view.height(), 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = std::isfinite(view.depth.data_ptr<float>()[i]) ? 1.0F : 0.0F;
  }
  return image;
}

Image stored_depth(const DrivingView& view) {
  Image image(view.width(), view.height(), 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const double depth = view.depth.data_ptr<float>()[i];
    if (!std::isfinite(depth)) continue;
    image.pixels[i] = float(std::round((depth - Format::kDepthOffset) / Format::kDepthStep) / 65535);
  }
  return image;
}

void write_ball(const fs::path& path) {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<Tensor> cameras;
  const auto add = [&](const std::string& prefix, const std::string& number, const Camera& camera) {
    const DrivingView fine = ball_view(camera, Format::kPx);
    files.emplace_back(prefix + "rgb_" + number, encode_jpeg(shaded(fine), 95));
    files.emplace_back(prefix + "matte_" + number, encode_png(covered(fine)));
  };
  int v = 0;
  for (const RigView& view : standard_viewpoint_rig()) {
    const Camera camera = rig_camera(view.viewpoint);
    const std::string number = std::to_string(v++);
    add("", number, camera);
    WriteOptions deep;
    deep.bits = 16;
    files.emplace_back("depth_" + number,
                       encode_png(stored_depth(ball_view(camera, Format::kGeometryPx)), deep));
    files.emplace_back("normals_" + number,
                       encode_jpeg(Image(Format::kGeometryPx, Format::kGeometryPx, 3, 0.5F), 95));
    cameras.push_back(camera_tensor(camera));
  }
  add("identity_", "0", rig_camera({0, 0}));
  const Tensor all = at::stack(cameras);
  const Tensor photo = camera_tensor(rig_camera({0, 0})).unsqueeze(0);
  const auto bytes = [](const Tensor& t) {
    return std::span(static_cast<const std::byte*>(t.data_ptr()), t.nbytes());
  };
  std::vector<TensorToSave> tensors = {
      {"cameras", DType::kF32, {all.size(0), 16}, bytes(all)},
      {"identity_cameras", DType::kF32, {1, 16}, bytes(photo)}};
  for (const auto& [name, text] : files) {
    tensors.push_back({name, DType::kU8, {std::int64_t(text.size())},
                       std::as_bytes(std::span(text))});
  }
  save_safetensors(path, tensors);
}

}  // namespace

class PairCacheTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_subject_becomes_pairs() {
    const QTemporaryDir folder;
    const fs::path root(folder.path().toStdString());
    fs::create_directories(root / "views");
    write_ball(root / "views/views_000004.safetensors");
    make_vae_pack(root / "pack", 1);
    const ModelPack shipped = ModelPack::open(PORTRAIT_SOURCE_DIR "/resources/packs/compact");
    PackNetwork prior = shipped.network("prior");
    fs::copy_file(fs::path(PORTRAIT_SOURCE_DIR "/resources/packs/compact") / prior.file,
                  root / "pack" / prior.file);
    add_network(root / "pack", prior);
    PairCacheOptions options{root / "pairs", root / "views", root / "pack", 0};
    fill_pair_cache(options, {});
    const ModelPack pack = ModelPack::open(root / "pack");
    const PairProvenance provenance{latent_space_of(pack), pack.network("prior").sha256};
    const std::vector<fs::path> files = list_pair_cache(root / "pairs", false);
    QCOMPARE(files.size(), std::size_t{1});
    const PairFile file(files.front(), provenance);
    QVERIFY(!file.has_large());

    // The true target, and by an exact depth its neighbour's picture comes close to it.
    const at::NoGradGuard no_grad;
    const auto vae = load_vae(pack);
    const ViewCacheFile views(root / "views/views_000004.safetensors");
    const Tensor picture = at::avg_pool2d(tensor_of_image(views.rgb(1)).unsqueeze(0), {2, 2});
    QVERIFY(at::allclose(file.truth(1, false), picture_latents(*vae, picture), 1e-2, 1e-2));
    const UNetSizes sizes = compact_control().sizes;
    const HpdmView exact = file.view(1, PairKind::kExact, true, false, sizes);
    const double known = exact.known.mean().item<double>();
    QVERIFY2(known > 0.3 && known < 0.95, qPrintable(QString::number(known)));
    const auto distance = [&](const Tensor& latents) {
      return ((latents - file.truth(1, false)).abs() * (exact.known > 0.99))
          .mean()
          .item<double>();
    };
    QVERIFY(distance(exact.projected) < 0.5 * distance(file.truth(5, false)));
    // Spoilt depths are others, with holes; the head's render is not the truth.
    const HpdmView spoilt = file.view(1, PairKind::kSpoilt, true, false, sizes);
    QVERIFY(!at::equal(spoilt.projected, exact.projected));
    const HpdmView rough = file.view(3, PairKind::kRough, false, false, sizes);
    QVERIFY(!at::equal(rough.driving, file.view(3, PairKind::kField, false, false, sizes).driving));

    // What is there is left alone; what another VAE made is refused.
    const auto time = fs::last_write_time(files.front());
    fill_pair_cache(options, {});
    QCOMPARE(fs::last_write_time(files.front()), time);
    options.large = 1;
    fill_pair_cache(options, {});
    const PairFile whole(files.front(), provenance);
    QVERIFY(whole.has_large());
    QVERIFY(at::equal(whole.truth(1, false), file.truth(1, false)));
    make_vae_pack(root / "pack", 2);
    QVERIFY_THROWS_EXCEPTION(Error, fill_pair_cache(options, {}));
    options.views = root / "nowhere";
    QVERIFY_THROWS_EXCEPTION(Error, fill_pair_cache(options, {}));
  }
};

QTEST_GUILESS_MAIN(PairCacheTest)
#include "pair_cache_test.moc"
