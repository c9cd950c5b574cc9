"""What is answered for an address: its place, how precise and how sure it is, on what evidence."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from dothi.core.text import Text

Precision = Literal['corrected', 'house', 'place', 'street', 'commune']

PRECISIONS: dict[Precision, Text] = {
    'corrected': Text(vi='đã được người xác nhận', en='confirmed by a person'),
    'house': Text(vi='số nhà', en='house'),
    'place': Text(vi='địa điểm có tên', en='named place'),
    'street': Text(vi='đường', en='street'),
    'commune': Text(vi='cấp xã', en='commune'),
}


class Candidate(BaseModel):
    """A place that an address may mean. point: x and y in the working CRS; the place lies within radius_m of it.

    commune: the code of the commune that it lies in, None where a name means several. cost: how far the address is
    from saying this, 0 for word by word.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    precision: Precision
    point: tuple[float, float]
    radius_m: float
    commune: str | None
    cost: float


class GeocodedAddress(BaseModel):
    """The place of an address. sure: nothing else fits nearly as well; what is not sure waits for a person.

    place: the best candidate, None where no word of the address is known. rivals: the next ones that lie elsewhere.
    """

    model_config = ConfigDict(frozen=True)

    address: str
    sure: bool
    place: Candidate | None = None
    rivals: list[Candidate] = []
    evidence: list[Text] = []

    @property
    def precision(self) -> Precision | None:
        """How precise the place is, None where there is none."""
        return self.place.precision if self.place else None

    @property
    def point(self) -> tuple[float, float] | None:
        """The place in the working CRS."""
        return self.place.point if self.place else None

    @property
    def radius_m(self) -> float | None:
        """The stated precision in metres: the true place lies no farther from the point."""
        return self.place.radius_m if self.place else None
