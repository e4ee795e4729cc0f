"""Addresses of this subject, under `points:`."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from points.shop.views import counter, member, offline, settlement, shops, stock

urlpatterns: list[URLPattern] = [
    path("goods/", member.Near.as_view(), name="goods"),
    path("goods/of/<int:pk>/", member.ShopGoods.as_view(), name="shop_goods"),
    path("my-orders/", member.MyOrders.as_view(), name="my_orders"),
    path("my-orders/<int:pk>/", member.MyOrder.as_view(), name="my_order"),
    path("my-orders/<int:pk>/cancel/", require_POST(member.cancel), name="my_order_cancel"),
    path("shops/", shops.ShopList.as_view(), name="shops"),
    path("shops/add/", shops.ShopAdd.as_view(), name="shop_add"),
    path("shops/<int:pk>/", shops.ShopDetail.as_view(), name="shop"),
    path("shops/<int:pk>/settings/", shops.ShopChange.as_view(), name="shop_change"),
    path("shops/<int:pk>/goods/add/", shops.GoodsAdd.as_view(), name="goods_add"),
    path("shop-goods/<int:pk>/change/", shops.GoodsChange.as_view(), name="goods_change"),
    path("shops/<int:pk>/purchase/", stock.Purchase.as_view(), name="shop_purchase"),
    path("shops/<int:pk>/count/", stock.StockCount.as_view(), name="shop_count"),
    path("shops/<int:pk>/write-off/", stock.WriteOff.as_view(), name="shop_write_off"),
    path("shops/<int:pk>/settlement/", settlement.MonthPage.as_view(), name="shop_settlement"),
    path("counter/", counter.Counter.as_view(), name="counter"),
    path("orders/", counter.OrderList.as_view(), name="orders"),
    path("orders/<int:pk>/", counter.OrderDetail.as_view(), name="order"),
    path("orders/<int:pk>/hand-over/", require_POST(counter.hand_over), name="order_hand_over"),
    path("orders/<int:pk>/cancel/", counter.OrderCancel.as_view(), name="order_cancel"),
    path("shops/<int:pk>/sale/", counter.Sale.as_view(), name="counter_sale"),
    path("shops/<int:pk>/offline/", offline.OfflinePage.as_view(), name="offline"),
    path("shops/<int:pk>/offline/begin/", require_POST(offline.begin), name="offline_begin"),
    path("offline-worker.js", offline.worker, name="offline_worker"),
    path("offline/<int:pk>/upload/", require_POST(offline.upload), name="offline_upload"),
]
