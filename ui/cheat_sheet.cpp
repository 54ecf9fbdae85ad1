// SPDX-License-Identifier: Apache-2.0
#include "ui/cheat_sheet.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace portrait {
namespace {

constexpr double kColumnWidth = 236;
constexpr double kColumnGap = 32;
constexpr double kPadding = 28;
constexpr double kTitleHeight = 52;
constexpr double kHeadingHeight = 28;
constexpr double kRowHeight = 28;
constexpr double kSectionGap = 16;
constexpr double kCapHeight = 20;
constexpr int kMostColumns = 3;

double height_of(const CheatSheet::Section& section) {
  return kHeadingHeight + kRowHeight * double(section.rows.size());
}

double height_of(const QList<CheatSheet::Section>& column) {
  double height = 0;
  for (const auto& section : column) height += height_of(section) + kSectionGap;
  return std::max(0.0, height - kSectionGap);
}

double cap_width(const QPainter& painter, const QString& key) {
  return std::max(kCapHeight + 4, painter.fontMetrics().horizontalAdvance(key) + 14.0);
}

// A key as it stands on a keyboard: raised, with its lower edge in shade.
void paint_cap(QPainter& painter, const QRectF& area, const QString& key) {
  const Theme& t = theme();
  painter.setPen(Qt::NoPen);
  painter.setBrush(t.outline);
  painter.drawRoundedRect(area.adjusted(0, 1.5, 0, 1.5), 4.5, 4.5);
  painter.setPen(QPen(t.outline, 1));
  painter.setBrush(t.light ? t.raised : t.line);
  painter.drawRoundedRect(area.adjusted(0.5, 0, -0.5, 0), 4.5, 4.5);
  painter.setPen(t.text);
  painter.drawText(area, Qt::AlignCenter, key);
}

// From the right edge to the left; what is left of the row is the text's.
double paint_keys(QPainter& painter, const QList<QStringList>& ways, double right, double top) {
  painter.setFont(ui_font(11, QFont::Medium));
  double x = right;
  for (qsizetype way = ways.size(); way-- > 0;) {
    for (qsizetype i = ways[way].size(); i-- > 0;) {
      const double width = cap_width(painter, ways[way][i]);
      x -= width;
      paint_cap(painter, {x, top + (kRowHeight - kCapHeight) / 2 - 1, width, kCapHeight},
                ways[way][i]);
      x -= 4;
    }
    if (way == 0) break;
    painter.setPen(theme().dim);
    const QString either = CheatSheet::tr("or");
    const double width = painter.fontMetrics().horizontalAdvance(either) + 8;
    painter.drawText(QRectF(x - width, top, width, kRowHeight), Qt::AlignCenter, either);
    x -= width + 4;
  }
  return x;
}

}  // namespace

CheatSheet::CheatSheet(const QMenuBar& menus, QWidget* over) : QWidget(over), menus_(menus) {
  setAccessibleName(tr("Keys and mouse"));
  setFocusPolicy(Qt::StrongFocus);
  over->installEventFilter(this);
  fade_.setDuration(kFadeMs);
  fade_.setStartValue(0.0);
  fade_.setEndValue(1.0);
  connect(&fade_, &QVariantAnimation::valueChanged, this, qOverload<>(&QWidget::update));
  hide();
}

void CheatSheet::toggle() {
  if (isVisible()) {
    hide();
    parentWidget()->setFocus();
    return;
  }
  sections_ = sections_of(menus_);
  setGeometry(parentWidget()->rect());
  show();
  raise();
  setFocus();
  fade_.stop();
  if (!reduced_motion()) fade_.start();
}

bool CheatSheet::eventFilter(QObject*, QEvent* event) {
  if (event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
  return false;
}

void CheatSheet::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_H) {
    toggle();
  } else {
    event->ignore();
  }
}

void CheatSheet::mousePressEvent(QMouseEvent*) {
  toggle();
}

// As even as whole sections allow: the tallest first, each where most room is left. In a column
// they stand as in the menus.
QList<CheatSheet::Column> CheatSheet::columns_for(double width) const {
  const double room = width - 2 * kPadding + kColumnGap;
  const int most = std::clamp(int(room / (kColumnWidth + kColumnGap)), 1, kMostColumns);
  std::vector<int> order(std::size_t(sections_.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](int a, int b) {
    return sections_[a].rows.size() > sections_[b].rows.size();
  });
  std::vector<std::set<int>> placed(std::size_t(most), std::set<int>{});
  const auto height = [this](const std::set<int>& column) {
    double sum = 0;
    for (int index : column) sum += height_of(sections_[index]) + kSectionGap;
    return sum;
  };
  for (int index : order) {
    std::min_element(placed.begin(), placed.end(), [&](const auto& a, const auto& b) {
      return height(a) < height(b);
    })->insert(index);
  }
  std::sort(placed.begin(), placed.end());
  QList<Column> columns;
  for (const std::set<int>& indices : placed) {
    if (indices.empty()) continue;
    columns << Column{};
    for (int index : indices) columns.back() << sections_[index];
  }
  return columns;
}

void CheatSheet::paint_column(QPainter& painter, const Column& column, QPointF at) const {
  const Theme& t = theme();
  for (const Section& section : column) {
    QFont heading = ui_font(11, QFont::DemiBold);
    heading.setLetterSpacing(QFont::AbsoluteSpacing, 0.7);
    painter.setFont(heading);
    painter.setPen(t.accent);
    painter.drawText(QRectF(at, QSizeF(kColumnWidth, kHeadingHeight - 6)),
                     Qt::AlignLeft | Qt::AlignVCenter, section.title.toUpper());
    at.ry() += kHeadingHeight;
    for (const Row& row : section.rows) {
      const double left = paint_keys(painter, row.keys, at.x() + kColumnWidth, at.y());
      painter.setFont(ui_font(13));
      painter.setPen(t.text);
      const double room = left - at.x() - 4;
      painter.drawText(QRectF(at.x(), at.y(), room, kRowHeight), Qt::AlignLeft | Qt::AlignVCenter,
                       painter.fontMetrics().elidedText(row.text, Qt::ElideRight, int(room)));
      at.ry() += kRowHeight;
    }
    at.ry() += kSectionGap;
  }
}

void CheatSheet::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (fade_.state() == QAbstractAnimation::Running) {
    painter.setOpacity(fade_.currentValue().toDouble());
  }
  QColor veil = t.backdrop_edge;
  veil.setAlpha(t.light ? 170 : 190);
  painter.fillRect(rect(), veil);

  const QList<Column> columns = columns_for(width() - 32);
  double tallest = 0;
  for (const Column& column : columns) tallest = std::max(tallest, height_of(column));
  const QSizeF card(
      2 * kPadding + double(columns.size()) * (kColumnWidth + kColumnGap) - kColumnGap,
      2 * kPadding + kTitleHeight + tallest);
  // Where there is less room than that, all of it is smaller.
  const double scale =
      std::min({1.0, (width() - 16) / card.width(), (height() - 16) / card.height()});
  painter.translate(QRectF(rect()).center());
  painter.scale(scale, scale);
  painter.translate(-card.width() / 2, -card.height() / 2);
  painter.setPen(QPen(t.line, 1));
  painter.setBrush(t.panel);
  painter.drawRoundedRect(QRectF(QPointF(), card), 12, 12);

  painter.setFont(ui_font(20, QFont::DemiBold));
  painter.setPen(t.text);
  const QRectF title(kPadding, kPadding - 6, card.width() - 2 * kPadding, kTitleHeight - 16);
  painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, tr("Keys and mouse"));
  painter.setFont(ui_font(12));
  painter.setPen(t.dim);
  painter.drawText(title, Qt::AlignRight | Qt::AlignVCenter, tr("Esc puts this away"));
  QPointF at(kPadding, kPadding + kTitleHeight);
  for (const Column& column : columns) {
    paint_column(painter, column, at);
    at.rx() += kColumnWidth + kColumnGap;
  }
}

}  // namespace portrait
