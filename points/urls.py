"""Pages of the room of points, by subject."""

from points.earning import urls as earning
from points.ledger import urls as ledger
from points.rounds import urls as rounds
from points.shop import urls as shop

app_name = "points"

urlpatterns = [*ledger.urlpatterns, *earning.urlpatterns, *shop.urlpatterns, *rounds.urlpatterns]
