// SPDX-License-Identifier: Apache-2.0
// What a prior that aligns photos in its own way is given: the photo itself, and the face's points;
// also of a project that was opened, and of an edited cut-out.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/torch_threads.h"
#include "core/photo/align.h"
#include "core/photo/edited_matte.h"
#include "core/photo/landmarks68.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"
#include "core/project/project_file.h"
#include "core/session/photo_intake.h"
#include "tests/prior/small_portrait4d.h"
#include "tests/support/sample_photo.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr int kWidth = 450;
constexpr int kHeight = 600;
constexpr int kCrop = 128;

ProjectInfo some_info() {
  ProjectInfo info;
  info.photo = Image(kWidth, kHeight, 3);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const int values[] = {int(120 + 100 * std::sin(0.04 * x)), int(120 + 90 * std::cos(0.06 * y)),
                            (x / 2 + y / 2) % 2 * 200};
      std::transform(values, values + 3, info.photo.at(x, y),
                     [](int value) { return float(value) / 255.0F; });
    }
  }
  info.photo_camera = rig_camera({10, 5});
  info.photo_camera.focal_y = info.photo_camera.focal_x * kWidth / kHeight;
  return info;
}

Alignment alignment_of(const ProjectInfo& info) {
  return align_head(info.photo_camera, kWidth, kHeight, kCrop);
}

// Points beside those of the mean head, so that the latter are seen not to be taken.
PhotoInput some_input(const ProjectInfo& info) {
  const Alignment alignment = alignment_of(info);
  PhotoInput input;
  input.crop = cut_crop(info.photo, alignment);
  input.matte = Image(kCrop, kCrop, 1, 1.0F);
  input.target = crop_over_background(input.crop, input.matte, input.background);
  input.camera = alignment.crop_camera;
  for (const Eigen::Vector3d& point : mean_landmarks()) {
    const Projection seen = project(alignment.crop_camera, point);
    input.landmarks.emplace_back(seen.u * kCrop * 0.9 + 9, seen.v * kCrop * 0.9 + 3);
  }
  return input;
}

}  // namespace

class FirstHeadTest : public QObject {
  Q_OBJECT

  std::unique_ptr<GanPrior> prior_;
  ProjectInfo info_ = some_info();
  PhotoInput input_ = some_input(info_);
  QTemporaryDir folder_;

  // As a prior is to be asked.
  PriorInput expected(bool landmarks, bool photo) const {
    PriorInput input{
        tensor_of_image(input_.target), tensor_of_image(input_.matte), input_.camera, {}};
    if (landmarks) input.landmarks = input_.landmarks;
    if (photo) {
      input.photo = WholePhoto{tensor_of_image(info_.photo), tensor_of_image(input_.crop),
                               alignment_of(info_).crop_from_photo};
    }
    return input;
  }
  Tensor planes_of(const PhotoInput& input, const ProjectInfo& info) const {
    return first_head_of(*prior_, input, info).planes;
  }
  static bool near(const Tensor& a, const Tensor& b) {
    return (a - b).abs().max().item<double>() < 1e-5 * b.abs().max().item<double>();
  }
  fs::path saved(const PhotoInput& input, const ProjectInfo& info) const {
    const fs::path path = folder_.path().toStdString() + "/head.portrait";
    const Pipeline pipeline(input, first_head_of(*prior_, input_, info_), 0,
                            std::make_shared<const Settings>(), 1);
    save_project(path, pipeline, info);
    return path;
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    const Portrait4DConfig config = small_portrait4d();
    prior_ = std::make_unique<GanPrior>(
        GanPrior::load(small_portrait4d_tensors(config), to_json(config)));
  }

  void photo_and_points_reach_the_prior() {
    const Tensor planes = planes_of(input_, info_);
    QVERIFY(near(planes, prior_->infer(expected(true, true)).planes));
    QVERIFY(!near(planes, prior_->infer(expected(false, true)).planes));
    QVERIFY(!near(planes, prior_->infer(expected(true, false)).planes));
  }

  void what_is_not_held_is_done_without() {
    ProjectInfo info = info_;
    info.photo = {};
    QVERIFY(near(planes_of(input_, info), prior_->infer(expected(true, false)).planes));
    PhotoInput input = input_;
    input.landmarks.clear();
    QVERIFY(near(planes_of(input, info_), prior_->infer(expected(false, true)).planes));
  }

  void a_project_makes_the_same_head_again() {
    const LoadedProject project = load_project(saved(input_, info_));
    QVERIFY(project.pipeline->photo().landmarks == input_.landmarks);
    QVERIFY(at::equal(planes_of(project.pipeline->photo(), project.info),
                      project.pipeline->first().planes));
    // One of before has no points, and is opened all the same.
    PhotoInput older = input_;
    older.landmarks.clear();
    QVERIFY(load_project(saved(older, info_)).pipeline->photo().landmarks.empty());
    PhotoInput damaged = input_;
    damaged.landmarks.pop_back();
    const fs::path path = saved(damaged, {});
    QVERIFY_EXCEPTION_THROWN(load_project(path), Error);
  }

  // A photo that was resized has any numbers; those that its project's file can hold are taken, so
  // that a head is the same when it is made again of the file.
  void a_photo_is_taken_as_its_project_holds_it() {
    PrepareOptions options;
    options.max_kept_pixels = 60'000;
    const TakenPhoto taken = take_photo(sample_photo().toStdString(), options);
    QVERIFY(taken.info.photo.width * taken.info.photo.height <= 61'000);
    const LoadedProject project = load_project(saved(taken.input, taken.info));
    QVERIFY(project.info.photo.pixels == taken.info.photo.pixels);
    QVERIFY(project.pipeline->photo().landmarks == taken.input.landmarks);
  }

  void an_edited_matte_is_of_the_same_photo() {
    auto half = std::make_shared<Image>(input_.matte);
    for (int y = 0; y < kCrop; ++y) std::fill_n(half->at(0, y), kCrop / 2, 0.0F);
    const LoadedProject project = load_project(saved(input_, info_));
    const TakenPhoto edited =
        edited_photo(project.pipeline->photo(), project.info, {{}, {}, half}, {});
    QVERIFY(edited.input.landmarks == input_.landmarks);
    const Tensor planes = planes_of(edited.input, edited.info);
    QVERIFY(!near(planes, planes_of(input_, info_)));
    ProjectInfo without = edited.info;
    without.photo = {};
    QVERIFY(!near(planes, planes_of(edited.input, without)));
  }
};

QTEST_GUILESS_MAIN(FirstHeadTest)
#include "first_head_test.moc"
