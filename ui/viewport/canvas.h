// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/offscreen_renderer.h"
#include "ui/viewport/scene.h"

#include <QOpenGLWidget>
#include <QWidget>

#include <memory>

namespace portrait {

class SceneRenderer;

// The surface that a scene is drawn on. Two kinds, one for each kind of machine.
class ViewportCanvas {
 public:
  virtual ~ViewportCanvas() = default;
  virtual QWidget* widget() = 0;
  virtual void show_scene(const ViewportScene& scene) = 0;
  // Everything shown is what the last scene asked for, at its best quality.
  virtual bool settled() const = 0;
  // What is on screen, at the screen's own pixels.
  virtual QImage picture() = 0;
};

// On a graphics card: drawn straight, every frame.
class GpuCanvas : public QOpenGLWidget, public ViewportCanvas {
  Q_OBJECT

 public:
  explicit GpuCanvas(QWidget* parent);
  ~GpuCanvas() override;
  QWidget* widget() override { return this; }
  void show_scene(const ViewportScene& scene) override;
  bool settled() const override { return settled_; }
  QImage picture() override { return grabFramebuffer(); }

 Q_SIGNALS:
  void failed(const QString& message);

 protected:
  void initializeGL() override;
  void paintGL() override;

 private:
  void release();

  std::unique_ptr<SceneRenderer> renderer_;
  ViewportScene scene_;
  bool settled_ = false;
};

// Under software OpenGL: shows the last picture that the render thread finished.
class SoftwareCanvas : public QWidget, public ViewportCanvas {
  Q_OBJECT

 public:
  SoftwareCanvas(OffscreenRenderer* renderer, QWidget* parent);
  QWidget* widget() override { return this; }
  void show_scene(const ViewportScene& scene) override;
  bool settled() const override { return settled_; }
  QImage picture() override { return image_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  OffscreenRenderer* renderer_;
  QImage image_;
  std::uint64_t scene_ = 0;  // the number of the last one shown
  bool settled_ = false;
};

}  // namespace portrait
