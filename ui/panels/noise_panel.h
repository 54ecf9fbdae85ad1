// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;

namespace portrait {

class NoiseTable;
class Settings;
class ValueSlider;
struct RefinedView;
struct Snapshot;

// MV-NRS: the variance (12), how noise is drawn, and what became of it in every view.
class NoisePanel : public QWidget {
  Q_OBJECT

 public:
  explicit NoisePanel(QWidget* parent = nullptr);
  ~NoisePanel() override;
  void show_settings(const Settings& settings);
  void show_snapshot(const Snapshot& snapshot);
  void set_selected(int view);  // -1: none

  ValueSlider* sigma() { return sigma_; }
  QComboBox* mode() { return mode_; }
  NoiseTable* table() { return table_; }

 Q_SIGNALS:
  void changed(std::shared_ptr<const portrait::Settings> settings);
  void view_chosen(int view);

 private:
  void give(const Settings& settings);

  std::unique_ptr<Settings> settings_;
  QLabel* note_;
  QComboBox* mode_;
  ValueSlider* sigma_;
  NoiseTable* table_;
  QLabel* hint_;
};

// One line a view: where it is, S_D and S_P over its paintings, the share that was accepted, and
// how many iterations its anchor has stayed.
class NoiseTable : public QWidget {
  Q_OBJECT

 public:
  static constexpr int kRow = 19;

  explicit NoiseTable(QWidget* parent = nullptr);
  void show_views(const std::shared_ptr<const std::vector<RefinedView>>& views);
  void set_selected(int view);
  int rows() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 Q_SIGNALS:
  void chosen(int view);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  int row_at(double y) const;

  std::shared_ptr<const std::vector<RefinedView>> views_;
  int selected_ = -1;
  int hovered_ = -1;
};

}  // namespace portrait
