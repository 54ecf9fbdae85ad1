// SPDX-License-Identifier: Apache-2.0
// The head that turns shows the detail of the neural frames round it: on a ball whose frames are
// known, then on a head of the pack that ships, held against its own neural frames.
#include "core/base/settings.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/session/head_engine.h"
#include "core/session/pipeline_engine.h"
#include "tests/ui/offscreen_scene.h"
#include "tests/ui/sphere_head.h"
#include "ui/sample_photo.h"
#include "ui/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QtTest>

#include <cmath>
#include <numeric>

using namespace portrait;

namespace {

constexpr int kSide = 512;

// Stripes of the ball's surface, finer than its volume could hold.
bool striped(const Eigen::Vector3d& point) {
  return std::sin(220 * point.y()) > 0;
}

// What a camera sees of the ball, with stripes of green on black.
NeuralFrame striped_frame(const Camera& camera, std::uint64_t version) {
  NeuralFrame frame;
  frame.camera = camera;
  frame.resting = true;
  frame.version = frame.head_version = version;
  frame.rgba = Image(kSide, kSide, 4);
  frame.depth = Image(kSide / 4, kSide / 4, 1);
  const auto hit = [&](double u, double v) {
    const Ray ray = camera_ray(camera, u, v);
    const double b = ray.origin.dot(ray.direction);
    const double d = b * b - ray.origin.squaredNorm() + kBallRadius * kBallRadius;
    return d > 0 ? -b - std::sqrt(d) : 0.0;
  };
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double u = (x + 0.5) / kSide;
      const double v = (y + 0.5) / kSide;
      const double t = hit(u, v);
      if (t <= 0) continue;
      const Ray ray = camera_ray(camera, u, v);
      frame.rgba.at(x, y)[1] = striped(ray.origin + t * ray.direction) ? 1.0F : 0.0F;
      frame.rgba.at(x, y)[3] = 1;
    }
  }
  for (int y = 0; y < kSide / 4; ++y) {
    for (int x = 0; x < kSide / 4; ++x) {
      *frame.depth.at(x, y) = float(hit((x + 0.5) * 4 / kSide, (y + 0.5) * 4 / kSide));
    }
  }
  return frame;
}

std::shared_ptr<const ProjectedView> view_of(const NeuralFrame& frame, bool of_photo = false) {
  auto view = std::make_shared<ProjectedView>(projected_view(frame));
  view->of_photo = of_photo;
  return view;
}

ViewportScene ball_scene(const Camera& camera) {
  ViewportScene scene;
  scene.volume = make_ball();
  scene.volume_version = 1;
  scene.camera = camera;
  return scene;
}

Eigen::Vector3f colour_at(const Image& image, const Camera& camera, const Eigen::Vector3d& point) {
  const Projection p = project(camera, point);
  const float* pixel = image.at(int(p.u * image.width), int(p.v * image.height));
  return {pixel[0], pixel[1], pixel[2]};
}

Image mask_of(const Image& picture, int channel) {
  Image mask(picture.width, picture.height, 1);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    mask.pixels[i] = picture.pixels[i * std::size_t(picture.channels) + std::size_t(channel)];
  }
  return mask;
}

struct Row {
  double psnr = 0;
  double sharpness = 0;
};

double mean(const std::vector<Row>& rows, double Row::*figure) {
  double sum = 0;
  for (const Row& row : rows) sum += row.*figure;
  return sum / double(rows.size());
}

void save(const Image& image, const QString& name) {
  const QString folder = qEnvironmentVariable("PORTRAIT_SCREENSHOTS");
  if (folder.isEmpty()) return;
  QImage shown(image.width, image.height, QImage::Format_RGB32);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float* p = image.at(x, y);
      shown.setPixel(x, y, qRgb(int(255 * p[0]), int(255 * p[1]), int(255 * p[2])));
    }
  }
  shown.save(folder + "/" + name);
}

}  // namespace

class ProjectionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    apply_theme(*qApp);
    if (!OffscreenScene().usable()) QSKIP("no OpenGL 3.3 here");
  }
  // Versions tell volumes and frames from each other, and start anew with each test.
  void init() { scenes_ = std::make_unique<OffscreenScene>(); }
  void cleanup() { scenes_.reset(); }

  void frames_are_projected_from_where_they_were_seen() {
    const Camera from = rig_camera({12, 6});
    ViewportScene scene = ball_scene(from);
    scene.views = std::make_shared<const ProjectedViews>(
        ProjectedViews{view_of(striped_frame(rig_camera({0, 0}), 1)),
                       view_of(striped_frame(rig_camera({30, 0}), 1))});
    const Image image = scenes_->draw(scene, kSide);
    int right = 0;
    int points = 0;
    for (int i = -12; i <= 12; ++i) {
      for (int j = -12; j <= 12; ++j) {
        const double y = 0.016 * i;
        const double x = 0.06 + 0.012 * j;
        const double z = std::sqrt(kBallRadius * kBallRadius - x * x - y * y);
        if (std::abs(std::sin(220 * y)) < 0.6) continue;  // near an edge of a stripe
        const Eigen::Vector3f c = colour_at(image, from, {x, y, z});
        ++points;
        right += (c.y() > 0.5F) == striped({x, y, z}) && c.x() < 0.2F && c.z() < 0.2F ? 1 : 0;
      }
    }
    QVERIFY2(right > 0.97 * points,
             QByteArray::number(right) + " of " + QByteArray::number(points));
  }

  void what_no_frame_sees_keeps_its_own_colour() {
    const Camera from = rig_camera({75, 0});
    ViewportScene scene = ball_scene(from);
    scene.views = std::make_shared<const ProjectedViews>(
        ProjectedViews{view_of(striped_frame(rig_camera({0, 0}), 1))});
    const Image image = scenes_->draw(scene, kSide);
    // At +X, turned away: red, and green where y > 0.
    const Eigen::Vector3f hidden = colour_at(image, from, {0.27, 0.1, -0.08});
    QVERIFY(hidden.x() > 0.8F && hidden.y() > 0.8F && hidden.z() < 0.2F);
    // Seen well from the front: no red of the volume's.
    const Eigen::Vector3f seen = colour_at(image, from, {0.12, 0.05, 0.27});
    QVERIFY2(seen.x() < 0.3F, QByteArray::number(seen.x()));
  }

  void a_frame_of_an_outdated_head_is_not_used() {
    const Camera from = rig_camera({0, 0});
    ViewportScene scene = ball_scene(from);
    scene.volume_version = 40;
    scene.views = std::make_shared<const ProjectedViews>(
        ProjectedViews{view_of(striped_frame(rig_camera({0, 0}), 1))});
    const Image image = scenes_->draw(scene, kSide);
    QVERIFY(colour_at(image, from, {0.05, 0.05, 0.29}).x() > 0.8F);
  }

  // A frame comes over the picture that is there evenly: no part of it in a jump.
  void a_frame_fades_in_over_what_is_drawn() {
    ViewportScene scene = ball_scene(rig_camera({0, 0}));
    scene.frame = std::make_shared<NeuralFrame>(striped_frame(scene.camera, 1));
    std::vector<Image> steps;
    for (const float opacity : {0.0F, 0.25F, 0.5F, 0.75F, 1.0F}) {
      scene.frame_opacity = opacity;
      steps.push_back(scenes_->draw(scene, kSide));
    }
    save(steps[2], "fading.png");
    for (int step = 1; step < 4; ++step) {
      double off = 0, moved = 0;
      for (std::size_t i = 0; i < steps[0].pixels.size(); ++i) {
        const float first = steps[0].pixels[i], last = steps[4].pixels[i];
        const float even = first + float(step) / 4 * (last - first);
        off += std::abs(steps[std::size_t(step)].pixels[i] - even);
        moved += std::abs(last - first);
      }
      QVERIFY(moved > 1000);
      QVERIFY2(off < 0.02 * moved, QByteArray::number(off / moved));
    }
  }

  void weights_change_without_a_jump() {
    ProjectedViews views;
    for (int azimuth = -180; azimuth < 180; azimuth += 30) {
      ProjectedView view;
      view.camera = rig_camera({double(azimuth), 0});
      view.version = view.head_version = std::uint64_t(azimuth + 181);
      views.push_back(std::make_shared<const ProjectedView>(view));
    }
    for (const auto& view : views) {
      const auto weight_at = [&](double azimuth) {
        for (const ChosenView& one : nearest_views(views, rig_camera({azimuth, 8}), 1)) {
          if (one.view == view) return one.weight;
        }
        return 0.0F;
      };
      for (double azimuth = 0; azimuth < 90; azimuth += 0.5) {
        QVERIFY(std::abs(weight_at(azimuth + 0.5) - weight_at(azimuth)) < 0.06F);
      }
    }
    const auto there = nearest_views(views, rig_camera({60, 0}), 1);
    QVERIFY(there.front().weight > 0.95F);
  }

  void what_the_photo_saw_is_told_from_what_was_invented() {
    const Camera from = rig_camera({60, 0});
    ViewportScene scene = ball_scene(from);
    scene.mode = DisplayMode::kSeen;
    scene.views = std::make_shared<const ProjectedViews>(
        ProjectedViews{view_of(striped_frame(rig_camera({0, 0}), 1), true)});
    const Image image = scenes_->draw(scene, kSide);
    const Eigen::Vector3f seen = colour_at(image, from, {0.15, 0, 0.259});
    const Eigen::Vector3f invented = colour_at(image, from, {0.28, 0, -0.1});
    QVERIFY(seen.z() > 1.5F * seen.x());          // the theme's blue
    QVERIFY(invented.x() > 1.5F * invented.z());  // and its orange
  }

  void a_head_that_turns_looks_like_its_neural_frames() {
    const std::filesystem::path program = QCoreApplication::applicationDirPath().toStdString();
    const QString project = qEnvironmentVariable("PORTRAIT_PROJECT");
    SessionOptions options;
    options.pack = find_shipped_pack(program);
    const std::filesystem::path photo = find_sample_photo(program);
    if (options.pack.empty() || photo.empty()) QSKIP("no pack or no sample photo here");
    const auto engine = make_pipeline_engine(options);
    engine->set_settings(std::make_shared<const Settings>());
    if (project.isEmpty()) {
      engine->open_photo(photo, 0, [] { return false; });
    } else {
      engine->open_project(project.toStdString());
    }
    ViewportScene scene;
    scene.volume = engine->bake(true);
    scene.volume_version = 1;

    std::uint64_t version = 0;
    const auto frame_at = [&](const Camera& camera) {
      auto frame = std::make_shared<NeuralFrame>(engine->render(camera, true));
      frame->version = ++version;
      frame->head_version = 1;
      return std::shared_ptr<const NeuralFrame>(frame);
    };
    QElapsedTimer clock;
    clock.start();
    auto ring = std::make_shared<ProjectedViews>();
    std::vector<std::shared_ptr<const NeuralFrame>> between;
    for (const Camera& camera : engine->surroundings()) {
      const Viewpoint at = viewpoint_of(camera);
      if (std::abs(at.elevation_deg) > 10) continue;
      const auto frame = frame_at(camera);
      const double off = std::abs(std::remainder(at.azimuth_deg, 30.0));
      if (off > 14) {
        between.push_back(frame);
      } else {
        ring->push_back(view_of(*frame, ring->empty()));
      }
    }
    QVERIFY(ring->size() >= 12 && between.size() == 12);
    qInfo("%zu frames in %.1f s", ring->size() + between.size(), 1e-3 * double(clock.elapsed()));

    measure_time(scene, ring);
    scene.views = nullptr;
    const auto without = figures(scene, between, "volume");
    scene.views = ring;
    const auto coarse = figures(scene, between, "ring");
    const auto say = [](const char* what, const std::vector<Row>& rows) {
      qInfo("%s: %.2f dB, sharpness %.2f", what, mean(rows, &Row::psnr),
            mean(rows, &Row::sharpness));
    };
    say("the volume alone", without);
    say("frames of the ring, 15 degrees off", coarse);
    QVERIFY(mean(coarse, &Row::psnr) > 28);
    QVERIFY(mean(coarse, &Row::psnr) > mean(without, &Row::psnr));
    if (!qEnvironmentVariableIsSet("PORTRAIT_SCREENSHOTS")) return;
    auto all = std::make_shared<ProjectedViews>(*ring);
    for (const auto& frame : between) all->push_back(view_of(*frame));
    scene.views = all;
    std::vector<std::shared_ptr<const NeuralFrame>> farthest;
    for (int i = 0; i < 12; ++i) farthest.push_back(frame_at(rig_camera({-172.5 + 30 * i, 0})));
    const auto fine = figures(scene, farthest, "all");
    say("those and the ones between, 7.5 degrees off", fine);
    QVERIFY(mean(fine, &Row::psnr) > 36);
    QVERIFY(mean(fine, &Row::sharpness) > 0.8 && mean(fine, &Row::sharpness) < 1.25);
  }

 private:
  // Of pictures as they are drawn while the head turns, at a third of the resolution.
  void measure_time(ViewportScene scene, const std::shared_ptr<const ProjectedViews>& views) {
    for (const auto& used : {std::shared_ptr<const ProjectedViews>(), views}) {
      scene.views = used;
      scenes_->draw(scene, 288, {1, 1.5F, 1});
      QElapsedTimer clock;
      clock.start();
      for (int i = 0; i < 8; ++i) {
        scene.camera = rig_camera({-20.0 + 5 * i, 0});
        scenes_->draw(scene, 288, {1, 1.5F, 1});
      }
      qInfo("turning %s frames: %.1f ms a picture of 288 pixels", used ? "with" : "without",
            double(clock.elapsed()) / 8);
    }
  }

  // The viewport's picture of each frame's camera against that frame, over what either covers.
  std::vector<Row> figures(ViewportScene scene,
                           const std::vector<std::shared_ptr<const NeuralFrame>>& frames,
                           const QString& name) {
    std::vector<Row> rows;
    for (const auto& frame : frames) {
      scene.camera = frame->camera;
      scene.frame = frame;
      scene.frame_opacity = 1;
      const Image truth = scenes_->draw(scene, kSide, {1, 6, 1});  // the frame covers the volume
      scene.frame.reset();
      scene.frame_opacity = 0;
      const Image turning = scenes_->draw(scene, kSide);
      const Image truth_mask = mask_of(frame->rgba, 3);
      ViewportScene covered = scene;
      covered.mode = DisplayMode::kOpacity;
      const Image mask = mask_of(scenes_->draw(covered, kSide, {1, 2, 1}), 0);
      Row row;
      row.psnr = psnr_db(turning, truth, mask_union(mask, truth_mask));
      row.sharpness = detail_metrics(turning, mask, truth, truth_mask).sharpness;
      rows.push_back(row);
      const double azimuth = viewpoint_of(frame->camera).azimuth_deg;
      qInfo("  %s %+7.1f: %.2f dB, sharpness %.2f", qPrintable(name), azimuth, row.psnr,
            row.sharpness);
      const QString file = QString("%1_%2_%3.png").arg(name).arg(int(std::floor(azimuth)));
      save(turning, file.arg("turning"));
      save(truth, file.arg("frame"));
    }
    return rows;
  }

  std::unique_ptr<OffscreenScene> scenes_;
};

QTEST_MAIN(ProjectionTest)
#include "projection_test.moc"
