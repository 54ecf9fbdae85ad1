// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <memory>
#include <vector>

namespace portrait {

struct LossSeries;

// The losses of the running stage over time, on a logarithmic scale: the first (the total) in the
// colour of information, the others dim. The mark says how far the stage has come.
class LossPlot : public QWidget {
  Q_OBJECT

 public:
  explicit LossPlot(QWidget* parent = nullptr);
  // steps: planned, 0 = not known; the axis then ends at the newest point.
  void show_losses(const std::shared_ptr<const std::vector<LossSeries>>& history, int step,
                   int steps, double seconds_per_step, bool running);
  QSize sizeHint() const override { return {400, 84}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Scale;
  Scale scale() const;
  void paint_axis(QPainter& painter, const Scale& s) const;
  void paint_series(QPainter& painter, const Scale& s) const;
  void paint_hover(QPainter& painter, const Scale& s) const;

  std::shared_ptr<const std::vector<LossSeries>> history_;
  int step_ = 0;
  int steps_ = 0;
  double seconds_per_step_ = 0;
  bool running_ = false;
  double hover_x_ = -1;
};

}  // namespace portrait
