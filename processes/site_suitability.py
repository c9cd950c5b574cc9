"""Where something is best built, by weighted criteria. Method: docs/explanation/site-suitability.md."""

import functools
from typing import Any, ClassVar

import numpy as np
import rasterio
import shapely
from rasterio.features import shapes as outlines_of
from rasterio.windows import Window
from shapely.geometry import shape

from dothi.core.arrays import Floats, Geometries, Ints
from dothi.core.grid import Grid
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import feature_collection, geojson_geometries, numbered_features
from processes.ground.criteria import CRITERION_MEMBERS, Criterion, LandUse, factor_of, must_make_sense, weight_shares
from processes.ground.flood_basin import must_be_few
from processes.ground.geotiff import MEDIA_TYPE, NODATA, Heights, plain_raster, write_cog, write_tile
from processes.ground.sensitivity import Variation, describe_variations, site_sensitivity, variations_of
from processes.ground.spread import spread_pieces
from processes.ground.suitability import Factor, Search, Site, best_sites, number_sites, score_tile
from processes.ground.tiles import Rim, Tile, square_cells, tiles_of, transform_of
from processes.ground.touch import entered_cells
from processes.inputs import AREAS, SENSITIVITY, LayerRef, ProcessInputs, input_field
from processes.outputs import CITED, MEASURED, Member, Output, shared

# How well two drawings of one border may fit.
BORDER_M = 0.01
CAVEATS = [
    Text(
        vi='Điểm chỉ để so sánh các địa điểm theo những tiêu chí và trọng số này, không phải là sự cho phép xây dựng.',
        en='Scores compare sites by these criteria and weights; they are no permission.',
    ),
    Text(
        vi='Khoảng cách đo theo đường thẳng đến ô mà đối tượng chạm vào, nên chính xác đến một ô; giới hạn cứng thì '
        'đúng cho toàn bộ ô.',
        en='Distances are straight lines to the cell that a feature touches, so they are exact to a cell; hard limits '
        'are kept by the whole cell.',
    ),
]


class Inputs(ProcessInputs):
    """What the planner may choose."""

    criteria: list[Criterion] = input_field(
        Text(vi='Tiêu chí', en='Criteria'),
        Text(
            vi='Danh sách tiêu chí: gần (distance_to), xa (distance_from, có thể theo quy chuẩn cách ly), loại đất'
            ' (land_use), độ dốc (slope), ngập (flood); mỗi tiêu chí có trọng số, ngưỡng mờ hoặc giới hạn cứng.',
            en='A list: near to (distance_to), far from (distance_from, also by an isolation norm), land_use, slope and'
            ' flood; each with a weight, and a worst and a best value or hard limits.',
        ),
        hint=Text(
            vi='Mỗi tiêu chí có trọng số, ngưỡng mờ hoặc giới hạn cứng.',
            en='Each has a weight, and a worst and a best value or hard limits.',
        ),
        min_length=1,
        max_length=20,
    )
    within: LayerRef = input_field(
        Text(vi='Phạm vi tìm', en='Where to look'),
        Text(vi='Lớp vùng mà địa điểm phải nằm trong.', en='Layer of areas that the site has to lie in.'),
        default=LayerRef('communes'),
        geometry=AREAS,
    )
    cell_m: float = input_field(
        Text(vi='Cạnh ô', en='Side of a cell'),
        Text(vi='Mét.', en='In metres.'),
        default=10.0,
        unit='m',
        ge=1,
        le=1_000,
    )
    threshold: float = input_field(
        Text(vi='Ngưỡng điểm', en='Least score'),
        Text(vi='Mọi ô của địa điểm phải có điểm từ mức này (0 đến 1).', en='Of every cell of a site, 0 to 1.'),
        default=0.7,
        ge=0,
        le=1,
    )
    min_area_ha: float = input_field(
        Text(vi='Diện tích tối thiểu', en='Least area'),
        Text(vi='Của một địa điểm liền khoảnh.', en='Of one contiguous site.'),
        default=1.0,
        unit='ha',
        ge=0,
        le=1_000_000,
    )
    sites: int = input_field(
        Text(vi='Số địa điểm', en='Number of sites'),
        Text(vi='Nhiều nhất bao nhiêu địa điểm tốt nhất.', en='How many of the best sites at most.'),
        default=10,
        ge=1,
        le=1_000,
    )
    sensitivity_pct: float | None = SENSITIVITY


class SiteSuitability(Process[Inputs]):
    """A raster of scores, and the best areas of it."""

    title = Text(vi='Tìm địa điểm xây dựng phù hợp', en='Suitability of sites')
    description = Text(
        vi='Chấm điểm từng ô theo tiêu chí có trọng số, chọn các khoảnh đất tốt nhất và giải thích điểm từng khoảnh.',
        en='Scores every cell by weighted criteria and picks the best areas, each with its score explained.',
    )
    method = Text(
        vi='Mỗi ô có điểm 0 đến 1 theo từng tiêu chí (tuyến tính giữa worst và best); điểm của ô là trung bình theo '
        'trọng số. Ô vi phạm giới hạn cứng hoặc khoảng cách theo quy chuẩn bị loại. Địa điểm là các ô liền nhau đều '
        'đạt ngưỡng và đủ diện tích, xếp theo điểm trung bình.',
        en='Every cell has a score from 0 to 1 by each criterion (linear between worst and best); its score is their '
        'mean by weight. Cells that break a hard limit or the distance of a norm are out. Sites are areas of cells '
        'side by side that all reach the threshold, large enough, in the order of their mean score.',
    )
    # a wastewater works for some ten thousand people: off the dwellings as the norm says, near a road, on high fields
    example: ClassVar[dict[str, Any]] = {
        'criteria': [
            {
                'kind': 'distance_from',
                'name': 'homes',
                'layer': 'buildings',
                'norm': 'wastewater_isolation',
                'norm_subject': 'treatment_works',
                'norm_condition': 'open',
                'norm_quantity': 10_000,
                'worst': 250,
                'best': 600,
                'weight': 3,
            },
            {'kind': 'distance_to', 'name': 'roads', 'layer': 'roads', 'worst': 2_000, 'best': 100, 'weight': 2},
            {'kind': 'land_use', 'name': 'land', 'classes': {'LUC': 0.4, 'CLN': 0.8, 'NTS': 0.6, 'LMU': 1.0}},
            {'kind': 'slope', 'name': 'slope', 'worst': 5, 'best': 0, 'at_most': 8},
            {'kind': 'flood', 'name': 'flood', 'scenario_cm': 80, 'worst': 1, 'best': 0, 'weight': 2},
        ],
        'threshold': 0.6,
        'min_area_ha': 2,
        'sites': 10,
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            Text(vi='Địa điểm tốt nhất', en='Best sites'),
            members={
                'score': Member(Text(vi='Điểm phù hợp', en='Suitability')),
                'rank': Member(Text(vi='Hạng', en='Rank'), low_first=True),
                **shared('area_ha', 'stays_share'),
                'score_lowest': Member(Text(vi='Điểm thấp nhất khi thử', en='Lowest score when varied')),
                'score_highest': Member(Text(vi='Điểm cao nhất khi thử', en='Highest score when varied')),
                '{criterion}_value': Member(Text(vi='{criterion}: giá trị', en='{criterion}: value')),
                '{criterion}_score': Member(Text(vi='{criterion}: điểm', en='{criterion}: score')),
                '{criterion}_contribution': Member(
                    Text(vi='{criterion}: phần đóng góp', en='{criterion}: contribution')
                ),
            },
        ),
        'suitability': Output(Text(vi='Điểm phù hợp', en='Suitability'), (MEDIA_TYPE,)),
    }
    summary: ClassVar[dict[str, Member]] = {
        'sites': Member(Text(vi='Địa điểm', en='Sites')),
        'allowed_ha': Member(Text(vi='Diện tích được phép', en='Allowed area'), 'ha'),
        'best_score': Member(Text(vi='Điểm cao nhất', en='Best score')),
        **CRITERION_MEMBERS,
        **CITED,
        'measured': Member(Text(vi='Cách đo', en='How it was measured'), codes=MEASURED),
        'criterion': Member(Text(vi='Tiêu chí', en='Criterion')),
        **shared('reference_date', 'variations', 'varied', 'by_pct', 'sites_staying'),
    }

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, Any]:
        """The best sites with value, score and contribution of every criterion, and the scores of all cells."""
        must_make_sense(inputs.criteria)
        within = data.shapes(inputs.within)
        grid = grid_over(within, data.locality.srid, inputs.cell_m)
        progress(0.02, Text(vi='Đọc dữ liệu của các tiêu chí', en='Reading what the criteria need'))
        read = [
            factor_of(criterion, share, grid, data, 1 + (inputs.sensitivity_pct or 0) / 100)
            for criterion, share in zip(inputs.criteria, weight_shares(inputs.criteria), strict=True)
        ]
        factors = [factor for factor, _ in read]
        variations = list_variations(inputs, factors)
        varied = [variation.factors for variation in variations]
        search = Search(grid, within, factors, inputs.threshold, border_of(within, grid), varied)
        cut = tiles_of(grid)
        scored_parts, allowed_cells, best = score_tiles(search, cut, data, progress)
        progress(0.85, Text(vi='Chọn địa điểm tốt nhất', en='Choosing the best sites'))
        least_cells = inputs.min_area_ha * 1e4 / inputs.cell_m**2
        sites, areas = best_sites(cut, scored_parts, least_cells, inputs.sites, len(variations))
        polygons = outline_sites(search, cut, areas, sites, data)
        members = summarise_suitability(
            inputs, allowed_cells, best, [factor_members for _, factor_members in read], data
        )
        features = numbered_features(
            geojson_geometries(polygons, grid.srid),
            [describe_site(rank, site, search) for rank, site in enumerate(sites, start=1)],
        )
        return {
            'result': feature_collection(
                features, members | {'sites': len(sites)} | summarise_variations(variations, sites)
            ),
            'suitability': write_cog(data.draft('scores.plain'), data.draft('suitability.tif'), self.title, '1'),
        }

    def cost_s(self, inputs: Inputs) -> float:
        """The time grows with the number of criteria; the size of the area is not known here."""
        return 5.0 + 5.0 * len(inputs.criteria) * (2 if inputs.sensitivity_pct else 1)


def list_variations(inputs: Inputs, factors: list[Factor]) -> list[Variation]:
    """What is tried beside what was said; classes of land have scores and no limits."""
    if inputs.sensitivity_pct is None:
        return []
    with_limits = {criterion.name for criterion in inputs.criteria if not isinstance(criterion, LandUse)}
    return variations_of(factors, with_limits, inputs.sensitivity_pct / 100)


def grid_over(within: Geometries, srid: int, cell_m: float) -> Grid:
    """Cells from a multiple of their side on, over the areas; raises TooManyCells."""
    west, south, east, north = shapely.total_bounds(within) if len(within) else (0.0, 0.0, cell_m, cell_m)
    left, top = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    grid = square_cells((float(left), float(south), float(east), float(top)), srid, cell_m)
    must_be_few(grid, cell_m)
    return grid


def border_of(within: Geometries, grid: Grid) -> Ints:
    """The cells that the outer border of the areas passes through; borders that areas share are none.

    Areas are grown by BORDER_M, so that what two drawings of one border leave between them is none either.
    """
    if not len(within):
        return np.empty(0, dtype=np.int64)
    whole = shapely.union_all(shapely.buffer(within, BORDER_M, join_style='mitre'))
    return entered_cells(shapely.get_parts(shapely.boundary(shapely.get_parts(whole))), grid)


def score_tiles(
    search: Search, cut: list[Tile], data: Data, progress: ProgressCallback
) -> tuple[list[tuple[Rim, Floats]], int, float | None]:
    """Scores every tile into a file; rim and sums of each, how many cells are allowed, and the best score."""
    scored_parts, allowed_cells, best = [], 0, -1.0
    with plain_raster(data.draft('scores.plain'), search.grid, 'float32', NODATA) as file:
        for number, part in enumerate(spread_pieces(functools.partial(score_tile, search), cut), start=1):
            write_tile(file, cut[number - 1], part.scores)
            scored_parts.append((part.rim, part.sums))
            scores = part.scores[~np.isnan(part.scores)]
            allowed_cells, best = allowed_cells + scores.size, max(best, float(scores.max(initial=-1)))
            progress(0.2 + 0.65 * number / len(cut), Text(vi='Chấm điểm từng ô', en='Scoring the cells'))
    return scored_parts, allowed_cells, best if allowed_cells else None


def outline_sites(search: Search, cut: list[Tile], areas: list[Ints], sites: list[Site], data: Data) -> Geometries:
    """The outline of each site, in their order."""
    rank = {site.number: place for place, site in enumerate(sites, start=1)}
    parts: list[list[Any]] = [[] for _ in sites]
    with rasterio.open(data.draft('scores.plain')) as file:
        for tile, area in zip(cut, areas, strict=True):
            ranks = np.array([rank.get(int(number), 0) for number in area], dtype=np.int64)
            if ranks.any():
                ranked = number_sites(_read_scores(file, tile.overlapping(search.grid)), search.threshold, ranks, tile)
                for outline, value in outlines_of(ranked, ranked > 0, 4, transform_of(search.grid, tile)):
                    parts[int(value) - 1].append(shape(outline))
    return np.asarray([shapely.union_all(part) for part in parts], dtype=object)


def _read_scores(file: rasterio.DatasetReader, tile: Tile) -> Heights:
    window = Window(tile.left, tile.top, tile.width, tile.height)
    return np.asarray(file.read(1, window=window, masked=True).filled(np.nan))


def describe_site(rank: int, site: Site, search: Search) -> dict[str, Any]:
    """Rank, score and area of a site, and of every criterion the mean value, its score, and what that contributes."""
    explained: dict[str, Any] = {}
    for factor, value, own in zip(search.factors, site.values, site.scores, strict=True):
        explained |= _explain_factor(factor, value, own)
    hectares = site.cells * search.grid.cell_width * search.grid.cell_height / 1e4
    figures = {'rank': rank, 'score': round(site.score, 4), 'area_ha': round(hectares, 2)}
    return {**figures, **site_sensitivity(site), **explained}


def _explain_factor(factor: Factor, value: float, own: float) -> dict[str, Any]:
    """A criterion that only allows or forbids has a value and contributes nothing."""
    members = {f'{factor.name}_value': round(value, 3)}
    if factor.share:
        members |= {f'{factor.name}_score': round(own, 4), f'{factor.name}_contribution': round(own * factor.share, 4)}
    return members


def summarise_variations(variations: list[Variation], sites: list[Site]) -> dict[str, Any]:
    """What was varied, and how many sites stay; nothing where nothing was."""
    return {'variations': describe_variations(variations, sites)} if variations else {}


def summarise_suitability(
    inputs: Inputs, allowed_cells: int, best: float | None, criteria: list[dict[str, Any]], data: Data
) -> dict[str, Any]:
    """What was asked, what of it is allowed at all, and what it was computed from."""
    return {
        'allowed_ha': round(allowed_cells * inputs.cell_m**2 / 1e4, 2),
        'best_score': None if best is None else round(best, 4),
        'cell_m': inputs.cell_m,
        'threshold': inputs.threshold,
        'min_area_ha': inputs.min_area_ha,
        'within': inputs.within.reference,
        'criteria': criteria,
        'measured': 'straight-line, between centres of cells',
        'reference_date': data.locality.place.reference_date.isoformat(),
        **data.provenance(CAVEATS),
    }
