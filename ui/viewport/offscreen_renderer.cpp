// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/offscreen_renderer.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/thread_priority.h"
#include "core/session/snapshot.h"
#include "ui/viewport/scene_renderer.h"

#include <QOpenGLContext>
#include <QOpenGLVersionFunctionsFactory>
#include <QSurfaceFormat>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMovingTargetMs = 45;
constexpr float kLeastScale = 0.2F;
constexpr int kBands = 12;
// While the worker computes and nothing moves, drawing takes at most this part of the time.
constexpr double kYieldShare = 0.05;
// And where the renderer's own picture lies over the middle of what is drawn.
constexpr double kCoveredShare = 0.01;
// And while the head is turned: some nine pictures a second. As many as it can draw would hold the
// optimisation up fourfold on two processors, whose loops end when the last of their threads does.
constexpr double kTurningShare = 0.4;

// After a drawing of one second, in seconds, while nothing moves.
double pause_of(const ViewportScene& scene) {
  if (!scene.yield) return 0;
  const bool covered = scene.frame != nullptr && scene.frame_opacity >= 1;
  return 1 / (covered ? kCoveredShare : kYieldShare) - 1;
}

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

bool is_software(const QString& renderer) {
  for (const char* name : {"llvmpipe", "softpipe", "swrast", "SwiftShader", "Software", "GDI"}) {
    if (renderer.contains(QLatin1String(name), Qt::CaseInsensitive)) return true;
  }
  return false;
}

// What is drawn into and read back from.
class Readback {
 public:
  explicit Readback(Gl* gl) : gl_(gl) {}

  GLuint bind(const QSize& size) {
    target_.bind(gl_, size.width(), size.height());
    GLint id = 0;
    gl_->glGetIntegerv(GL_FRAMEBUFFER_BINDING, &id);
    return GLuint(id);
  }
  QImage read(const QSize& size) {
    QImage image(size, QImage::Format_RGB32);
    gl_->glReadPixels(0, 0, size.width(), size.height(), GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
                      image.bits());
    return image;
  }

 private:
  Gl* gl_;
  RenderTarget target_;
};

bool same_place(const ViewportScene& a, const ViewportScene& b) {
  return a.mode == b.mode && a.size == b.size && a.frame_rect == b.frame_rect &&
         a.overlay == b.overlay && a.wipe == b.wipe && a.onion == b.onion && a.gain == b.gain &&
         a.camera.world_from_camera == b.camera.world_from_camera;
}

bool frame_changed(const ViewportScene& a, const ViewportScene& b) {
  return a.frame != b.frame || a.frame_opacity != b.frame_opacity;
}

}  // namespace

OffscreenRenderer::OffscreenRenderer(QObject* parent) : QObject(parent) {
  QSurfaceFormat format;
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  surface_.setFormat(format);
  surface_.create();
}

OffscreenRenderer::~OffscreenRenderer() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void OffscreenRenderer::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

std::uint64_t OffscreenRenderer::show(const ViewportScene& scene) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    newest_ = scene;
    number = ++newest_number_;
  }
  changed_.notify_one();
  return number;
}

GlReport OffscreenRenderer::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

std::optional<RenderedPicture> OffscreenRenderer::take_picture() {
  const std::lock_guard lock(mutex_);
  return std::exchange(picture_, std::nullopt);
}

void OffscreenRenderer::set_report(const GlReport& report) {
  const std::lock_guard lock(mutex_);
  report_ = report;
}

void OffscreenRenderer::give(QImage image, bool sharp, std::uint64_t scene) {
  {
    const std::lock_guard lock(mutex_);
    picture_ = RenderedPicture{std::move(image), sharp, scene};
  }
  Q_EMIT picture_waiting();
}

void OffscreenRenderer::run(std::stop_token stop) {
  step_back(kDrawingNice);  // the software rasteriser's threads too
  try {
    serve(stop);
  } catch (const std::exception& error) {
    log_warning("viewport: {}", error.what());
    GlReport broken = report();
    broken.usable = false;
    broken.failure = QString::fromUtf8(error.what());
    set_report(broken);
    Q_EMIT failed();
  }
}

void OffscreenRenderer::serve(std::stop_token stop) {
  QOpenGLContext context;
  context.setFormat(surface_.format());
  GlReport report;
  Gl* gl = nullptr;
  if (surface_.isValid() && context.create() && context.makeCurrent(&surface_)) {
    gl = QOpenGLVersionFunctionsFactory::get<Gl>(&context);
  }
  if (gl == nullptr || !gl->initializeOpenGLFunctions()) {
    report.failure = tr("OpenGL 3.3 is not available here.");
    set_report(report);
    Q_EMIT failed();
    return;
  }
  report.usable = true;
  report.renderer = QString::fromLatin1(reinterpret_cast<const char*>(gl->glGetString(GL_RENDERER)));
  report.software = is_software(report.renderer);
  set_report(report);
  Q_EMIT ready();

  std::optional<SceneRenderer> renderer;  // compiled when first needed
  std::optional<Readback> readback;
  ViewportScene scene;
  ViewportScene drawn;
  std::uint64_t number = 0;
  bool waiting = false;  // for its turn, while the worker computes
  float scale = 0.35F;
  Clock::time_point earliest = Clock::now();
  Clock::time_point next_turn = earliest;  // of a turning head, while the worker computes

  auto newer = [&] {
    const std::lock_guard lock(mutex_);
    return newest_.has_value() || stop.stop_requested();
  };

  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      auto has_scene = [&] { return newest_.has_value(); };
      changed_.wait_until(lock, stop, next_turn, [] { return false; });
      if (waiting) {
        changed_.wait_until(lock, stop, earliest, has_scene);
      } else {
        changed_.wait(lock, stop, has_scene);
      }
      if (stop.stop_requested()) break;
      if (newest_) {
        scene = *std::exchange(newest_, std::nullopt);
        number = newest_number_;
      }
    }
    if (scene.size.isEmpty()) continue;
    if (!renderer) {
      renderer.emplace(gl);
      readback.emplace(gl);
    }
    const bool moved = !same_place(scene, drawn);
    waiting = scene.yield && !scene.moving && !moved && Clock::now() < earliest;
    if (!waiting || frame_changed(scene, drawn)) renderer->upload(scene);
    // A frame that fades in lies over what was marched before, sharp or not: it costs no march.
    const float ready = renderer->ready_scale(scene);
    if (!moved && !scene.moving && ready > 0 && frame_changed(scene, drawn)) {
      renderer->draw(scene, readback->bind(scene.size), true, {ready, 0.75F, kBands});
      give(readback->read(scene.size), false, number);
      drawn = scene;
      if (scene.frame_opacity > 0 && scene.frame_opacity < 1) continue;
    }
    if (waiting) continue;

    const Clock::time_point start = Clock::now();
    while (renderer->upload(scene) && !stop.stop_requested()) {
    }
    GLuint framebuffer = readback->bind(scene.size);
    if (scene.moving || moved) {
      const Clock::time_point march = Clock::now();
      renderer->draw(scene, framebuffer, true, {scale, 1.5F, 1});
      const QImage image = readback->read(scene.size);
      const double ms = ms_since(march);
      scale = std::clamp(scale * float(std::sqrt(std::clamp(kMovingTargetMs / ms, 0.25, 2.0))),
                         kLeastScale, 1.0F);
      give(image, false, number);
      drawn = scene;
      if (scene.yield && scene.moving) {
        const double rest = ms_since(start) * (1 / kTurningShare - 1);
        next_turn = Clock::now() + std::chrono::milliseconds(std::int64_t(rest));
      }
    }
    if (!scene.moving && !newer()) {
      const float sharp = scene.yield ? 0.5F : 1.0F;
      if (renderer->draw(scene, framebuffer, true, {sharp, 0.75F, kBands},
                         [&] { return !newer(); })) {
        give(readback->read(scene.size), true, number);
        drawn = scene;
      }
    }
    const double pause = ms_since(start) * pause_of(scene);
    earliest = Clock::now() + std::chrono::milliseconds(std::int64_t(pause));
  }
  readback.reset();
  renderer.reset();
  context.doneCurrent();
}

}  // namespace portrait
