// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/conditioning.h"
#include "core/image/write_image.h"
#include "core/training/latent_cache.h"
#include "core/training/latent_set.h"
#include "core/training/view_cache.h"
#include "tests/training/tiny_latents.h"

#include <Eigen/LU>

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <span>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

// Something that changes over the picture and from one to the next.
Image picture(int number) {
  Image image(512, 512, 3);
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) {
      image.at(x, y)[0] = float(0.5 + 0.4 * std::sin(0.02 * x + number));
      image.at(x, y)[1] = float(y) / 512;
      image.at(x, y)[2] = float(0.2 * number);
    }
  }
  return image;
}

const std::vector<Viewpoint> kViews = {{30, 5}, {-120, 0}};
const Viewpoint kPhoto = {10, -4};

// A file in the layout of the view cache: two views and a photo.
void write_views(const fs::path& path) {
  std::vector<std::string> files = {encode_jpeg(picture(0), 95), encode_jpeg(picture(1), 95),
                                    encode_jpeg(picture(2), 95),
                                    encode_png(Image(512, 512, 1, 1.0F))};
  const Tensor cameras = at::stack(
      {camera_tensor(rig_camera(kViews[0])), camera_tensor(rig_camera(kViews[1]))});
  const Tensor photo_camera = camera_tensor(rig_camera(kPhoto)).view({1, 16});
  const auto bytes = [](const Tensor& t) {
    return std::span(static_cast<const std::byte*>(t.data_ptr()), t.nbytes());
  };
  std::vector<TensorToSave> tensors = {{"cameras", DType::kF32, {2, 16}, bytes(cameras)},
                                       {"identity_cameras", DType::kF32, {1, 16},
                                        bytes(photo_camera)}};
  const char* names[] = {"rgb_0", "rgb_1", "identity_rgb_0", "identity_matte_0"};
  for (std::size_t i = 0; i < files.size(); ++i) {
    tensors.push_back({names[i], DType::kU8, {std::int64_t(files[i].size())},
                       std::as_bytes(std::span(files[i]))});
  }
  save_safetensors(path, tensors);
}

}  // namespace

class LatentCacheTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;
  std::string hash_;
  LatentCacheOptions options_;

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    hash_ = make_vae_pack(root_ / "pack", 1);
    fs::create_directories(root_ / "views");
    write_views(root_ / "views/views_000003.safetensors");
    write_views(root_ / "views/heldout_000000.safetensors");
    options_.folder = root_ / "latents";
    options_.views = root_ / "views";
    options_.pack = root_ / "pack";
    int last = 0;
    fill_latent_cache(options_, [&](int done, int of) {
      QCOMPARE(of, 2);
      last = done;
    });
    QCOMPARE(last, 2);
  }

  void pictures_are_encoded_at_both_sizes() {
    const at::NoGradGuard no_grad;
    const LatentSet set = LatentSet::open(options_.folder, false, hash_);
    QCOMPARE(set.subjects(), 1);
    QCOMPARE(set.people(), 2);
    QCOMPARE(set.views(), 2);
    QCOMPARE(set.identities(), 1);
    QCOMPARE(set.channels(), 4);
    QCOMPARE(LatentSet::open(options_.folder, true, hash_).people(), 2);
    const auto vae = load_vae(ModelPack::open(options_.pack));
    const ViewCacheFile file(options_.views / "views_000003.safetensors");
    const auto of = [](const Image& image) {
      return at::from_blob(const_cast<float*>(image.pixels.data()), {512, 512, 3})
          .permute({2, 0, 1})
          .unsqueeze(0)
          .contiguous();
    };
    const auto near = [](const Tensor& a, const Tensor& b) {
      return a.sizes() == b.sizes() &&
             (a - b).abs().max().item<double>() < 2e-3 * b.abs().max().item<double>();
    };
    for (int v = 0; v < 2; ++v) {
      const Image seen = file.rgb(v);
      const Tensor whole = of(seen);
      QVERIFY(near(set.view(0, v, LatentSize::kLarge), picture_latents(*vae, whole)[0]));
      QVERIFY(near(set.view(0, v, LatentSize::kSmall),
                   picture_latents(*vae, at::avg_pool2d(whole, {2, 2}))[0]));
      QVERIFY(near(set.view(1, v, LatentSize::kLarge), picture_latents(*vae, whole.flip({3}))[0]));
    }
    const Image photo = file.identity(0).rgb;
    QVERIFY(near(set.identity(0, 0), identity_latents(*vae, of(photo)[0], 32)[0]));
    QVERIFY(near(set.identity(1, 0),
                 picture_latents(*vae, at::avg_pool2d(of(photo), {2, 2}).flip({3}))[0]));
  }

  void cameras_come_along_and_are_mirrored() {
    const LatentSet set = LatentSet::open(options_.folder, false, hash_);
    for (int v = 0; v < 2; ++v) {
      const Viewpoint truth = kViews[std::size_t(v)];
      QVERIFY(std::abs(set.viewpoint(0, v).azimuth_deg - truth.azimuth_deg) < 1e-3);
      QVERIFY(std::abs(set.viewpoint(1, v).azimuth_deg + truth.azimuth_deg) < 1e-3);
      QVERIFY(std::abs(set.viewpoint(1, v).elevation_deg - truth.elevation_deg) < 1e-3);
    }
    // A mirrored point is seen at the mirrored place.
    RigOptions rig;
    rig.roll_deg = 7;
    Camera camera = rig_camera({40, 12}, rig);
    camera.centre_x = 0.47;
    const Eigen::Vector3d point(0.1, 0.2, 0.05);
    const Projection seen = project(camera, point);
    const Projection mirrored =
        project(mirrored_camera(camera), point.cwiseProduct(Eigen::Vector3d(-1, 1, 1)));
    QVERIFY(std::abs(mirrored.u - (1 - seen.u)) < 1e-9);
    QVERIFY(std::abs(mirrored.v - seen.v) < 1e-9);
    QVERIFY(std::abs(mirrored.depth - seen.depth) < 1e-9);
    const Eigen::Matrix3d turn = mirrored_camera(camera).world_from_camera.topLeftCorner(3, 3);
    QVERIFY(std::abs(turn.determinant() - 1) < 1e-9);
  }

  void what_is_there_is_not_encoded_again() {
    const fs::path file = options_.folder / "latents_000003.safetensors";
    const auto written = fs::last_write_time(file);
    fill_latent_cache(options_, {});
    QVERIFY(fs::last_write_time(file) == written);
  }

  void stale_latents_are_refused() {
    const std::string other = make_vae_pack(root_ / "other", 2);
    QVERIFY(other != hash_);
    LatentCacheOptions stale = options_;
    stale.pack = root_ / "other";
    for (int i = 0; i < 2; ++i) {
      try {
        if (i == 0) LatentSet::open(options_.folder, false, other);
        if (i == 1) fill_latent_cache(stale, {});
        QFAIL("taken");
      } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::kCorrupt);
        QVERIFY2(error.message().find(other) != std::string::npos, error.what());
      }
    }
  }

  void a_damaged_file_is_named() {
    const fs::path folder = root_ / "damaged";
    fs::create_directories(folder);
    const std::vector<float> values(16, 0.0F);
    save_safetensors(folder / "latents_000000.safetensors",
                     {{"small", DType::kF32, {16}, std::as_bytes(std::span(values))}},
                     {{"latent_space", hash_}});
    try {
      LatentSet::open(folder, false, hash_);
      QFAIL("taken");
    } catch (const Error& error) {
      QVERIFY(error.message().find("latents_000000") != std::string::npos);
    }
    LatentCacheOptions nothing = options_;
    nothing.views = root_ / "nowhere";
    QVERIFY_THROWS_EXCEPTION(Error, fill_latent_cache(nothing, {}));
    QCOMPARE(LatentSet::open(root_ / "nowhere", false, hash_).people(), 0);
  }
};

QTEST_GUILESS_MAIN(LatentCacheTest)
#include "latent_cache_test.moc"
