// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/noise_panel.h"

#include "core/base/settings.h"
#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/panels/setting_edits.h"
#include "ui/theme.h"
#include "ui/widgets/sparkline.h"

#include <QComboBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace {

constexpr const char* kSigma = "noise.sigma";
constexpr const char* kMode = "noise.mode";

struct ModeName {
  const char* value;
  const char* label;
};
constexpr std::array<ModeName, 4> kModes = {{
    {"anchor_optimised", QT_TRANSLATE_NOOP("NoisePanel", "Anchored, optimised")},
    {"anchor", QT_TRANSLATE_NOOP("NoisePanel", "Anchored")},
    {"random", QT_TRANSLATE_NOOP("NoisePanel", "Random")},
    {"fixed", QT_TRANSLATE_NOOP("NoisePanel", "Fixed")},
}};

// "30°", "-60°", "0° up 45°".
QString angle_text(const Viewpoint& v) {
  QString text = QString("%1°").arg(int(std::lround(v.azimuth_deg)));
  const int up = int(std::lround(v.elevation_deg));
  if (up != 0) text += QString(" ↑%1°").arg(up);
  return text;
}

// Where the columns of the table end, from the left.
struct Columns {
  explicit Columns(double width)
      : lines_left(58), lines_right(width - 104), accepted(width - 44), age(width) {}
  double lines_left, lines_right, accepted, age;
};

}  // namespace

NoisePanel::NoisePanel(QWidget* parent)
    : QWidget(parent),
      settings_(std::make_unique<Settings>()),
      mode_(new QComboBox),
      table_(new NoiseTable),
      hint_(new QLabel(tr("Every view's agreement is drawn here once Detail runs"))) {
  PanelSection section = make_section(tr("Noise (MV-NRS)"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);
  note_ = section.note;

  sigma_ = new ValueSlider(slider_range(setting_row(kSigma)));
  sigma_->set_compact();
  auto* grid = new QGridLayout;
  grid->setVerticalSpacing(6);
  grid->setColumnStretch(0, 1);
  auto* variance = new QLabel(tr("Variance σ"));
  const QString tip =
      tr("How far new noise may be from the view's anchor: 0 stays there, 1 forgets "
         "it. Equation (12); acts from the next view on");
  variance->setToolTip(tip);
  sigma_->setToolTip(tip);
  sigma_->setAccessibleName(tr("Variance"));
  grid->addWidget(variance, 0, 0);
  grid->addWidget(sigma_, 0, 1);
  auto* noise = new QLabel(tr("Drawn"));
  for (const ModeName& mode : kModes) mode_->addItem(tr(mode.label), QString(mode.value));
  const QString mode_tip = tr(
      "How noise is drawn from one iteration to the next (Sec. 3.4, Fig. 6). Anchored, optimised "
      "is the method; acts when the stage Detail starts");
  noise->setToolTip(mode_tip);
  mode_->setToolTip(mode_tip);
  mode_->setAccessibleName(tr("How noise is drawn"));
  grid->addWidget(noise, 1, 0);
  grid->addWidget(mode_, 1, 1);
  section.body->addLayout(grid);
  hint_->setObjectName("dim");
  hint_->setWordWrap(true);
  section.body->addWidget(hint_);
  section.body->addWidget(table_);
  table_->hide();

  connect(sigma_, &ValueSlider::edited, this, [this](const QString& text) {
    const auto edited = with_text(*settings_, kSigma, text.toStdString());
    give(edited.value_or(*settings_));  // out of its range: what holds comes back
  });
  connect(mode_, &QComboBox::activated, this, [this](int index) {
    Settings settings = *settings_;
    settings.set(kMode, mode_->itemData(index).toString().toStdString());
    give(settings);
  });
  connect(table_, &NoiseTable::chosen, this, &NoisePanel::view_chosen);
}

NoisePanel::~NoisePanel() = default;

void NoisePanel::give(const Settings& settings) {
  const bool same = settings == *settings_;
  show_settings(settings);
  if (!same) Q_EMIT changed(std::make_shared<const Settings>(settings));
}

void NoisePanel::show_settings(const Settings& settings) {
  if (&settings != settings_.get()) *settings_ = settings;
  sigma_->set_value(settings_->get<double>(kSigma));
  const auto mode = QString::fromStdString(settings_->get<std::string>(kMode));
  mode_->setCurrentIndex(mode_->findData(mode));
}

void NoisePanel::show_snapshot(const Snapshot& snapshot) {
  const bool any = snapshot.refined != nullptr && !snapshot.refined->empty();
  table_->setVisible(any);
  hint_->setVisible(!any);
  table_->show_views(snapshot.refined);
  int judged = 0;
  int accepted = 0;
  if (any) {
    for (const RefinedView& view : *snapshot.refined) {
      judged += view.judged;
      accepted += view.accepted;
    }
  }
  set_text(note_, judged > 0 ? tr("%1 % accepted").arg(100 * accepted / judged) : QString());
}

void NoisePanel::set_selected(int view) {
  table_->set_selected(view);
}

NoiseTable::NoiseTable(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::TabFocus);
  setCursor(Qt::PointingHandCursor);
  setAccessibleName(tr("Views of the stage Detail"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int NoiseTable::rows() const {
  return views_ ? int(views_->size()) : 0;
}

QSize NoiseTable::sizeHint() const {
  return {200, kRow * (rows() + 1)};
}

void NoiseTable::show_views(const std::shared_ptr<const std::vector<RefinedView>>& views) {
  if (views == views_) return;
  const int before = rows();
  views_ = views;
  if (rows() != before) updateGeometry();
  update();
}

void NoiseTable::set_selected(int view) {
  if (view == selected_) return;
  selected_ = view;
  update();
}

int NoiseTable::row_at(double y) const {
  const int row = int(std::floor(y / kRow)) - 1;
  return row >= 0 && row < rows() ? row : -1;
}

void NoiseTable::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(ui_font(12));
  const Columns columns(width());
  const auto right = [&](double to, int row) { return QRectF(to - 90, row * kRow, 90, kRow); };
  painter.setPen(t.dim);
  painter.drawText(QRectF(columns.lines_left, 0, 120, kRow), Qt::AlignVCenter, tr("agreement"));
  painter.drawText(right(columns.accepted, 0), Qt::AlignVCenter | Qt::AlignRight, tr("accepted"));
  painter.drawText(right(columns.age, 0), Qt::AlignVCenter | Qt::AlignRight, tr("age"));
  for (int i = 0; i < rows(); ++i) {
    const RefinedView& view = (*views_)[std::size_t(i)];
    const QRectF line(0, (i + 1) * kRow, width(), kRow);
    if (i == selected_ || i == hovered_) {
      painter.setPen(Qt::NoPen);
      painter.setBrush(i == selected_ ? t.line : t.raised);
      painter.drawRoundedRect(line.adjusted(-4, 0, 4, 0), 4, 4);
    }
    const bool painted = !view.target.empty();
    painter.setPen(i == selected_ ? t.accent : painted ? t.text : t.faint);
    painter.drawText(line, Qt::AlignVCenter, angle_text(view.viewpoint));
    if (view.locked) {
      painter.setPen(t.dim);
      painter.drawText(QRectF(columns.lines_left, line.top(), 80, kRow), Qt::AlignVCenter,
                       tr("locked"));
      continue;
    }
    if (view.scores != nullptr && !view.scores->empty()) {
      std::vector<double> resampled;
      std::vector<double> kept;
      double low = 0;
      double high = 0.02;
      for (const NoiseScore& score : *view.scores) {
        resampled.push_back(score.resampled);
        kept.push_back(score.kept);
        low = std::min({low, score.resampled, score.kept});
        high = std::max({high, score.resampled, score.kept});
      }
      const QRectF area(columns.lines_left, line.top() + 4,
                        columns.lines_right - columns.lines_left, kRow - 8);
      QColor dim = t.dim;
      dim.setAlphaF(0.6F);
      paint_sparkline(painter, area, kept, low, high, dim);
      paint_sparkline(painter, area, resampled, low, high, t.information);
    }
    if (view.judged > 0) {
      painter.setPen(view.accepted > 0 ? t.success : t.dim);
      painter.drawText(right(columns.accepted, i + 1), Qt::AlignVCenter | Qt::AlignRight,
                       tr("%1 %").arg(100 * view.accepted / view.judged));
    }
    if (painted) {
      painter.setPen(t.dim);
      painter.drawText(right(columns.age, i + 1), Qt::AlignVCenter | Qt::AlignRight,
                       QString::number(view.anchor_age));
    }
  }
  if (hasFocus()) {
    painter.setPen(QPen(t.information, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  }
}

void NoiseTable::mousePressEvent(QMouseEvent* event) {
  const int row = row_at(event->position().y());
  if (row >= 0) Q_EMIT chosen(row);
}

void NoiseTable::mouseMoveEvent(QMouseEvent* event) {
  const int row = row_at(event->position().y());
  if (row != hovered_) {
    hovered_ = row;
    update();
  }
  if (row < 0) {
    setToolTip(
        tr("Agreement of the view's new noise (S_D, blue) and of what it had (S_P, grey) with "
           "the neighbour that drives it: the cosine of (16). Where the new one agrees better "
           "it is accepted (17). Age: iterations since the anchor changed."));
    return;
  }
  const RefinedView& view = (*views_)[std::size_t(row)];
  setToolTip(view.locked ? tr("The artist's picture: no noise is drawn, nothing is judged")
             : view.judged == 0 ? tr("Not judged yet")
                              : tr("S_D %1 · S_P %2 · accepted %3 of %4")
                                    .arg(view.score_resampled, 0, 'f', 3)
                                    .arg(view.score_kept, 0, 'f', 3)
                                    .arg(view.accepted)
                                    .arg(view.judged));
}

void NoiseTable::leaveEvent(QEvent*) {
  hovered_ = -1;
  update();
}

void NoiseTable::keyPressEvent(QKeyEvent* event) {
  const int by = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
  if (by == 0 || rows() == 0) {
    QWidget::keyPressEvent(event);
    return;
  }
  Q_EMIT chosen(std::clamp(selected_ + by, 0, rows() - 1));
}

}  // namespace portrait
