"""Units as other systems read them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from grids.models import Unit


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """One unit, with its place on the line."""

    class Meta:
        model = Unit
        fields = [
            "id",
            "code",
            "name",
            "short_name",
            "kind",
            "parent",
            "district",
            "street",
            "community",
            "address",
            "phone",
            "opened_on",
            "closed_on",
            "merged_into",
        ]
        read_only_fields = fields


class PlaceUnitSerializer(serializers.Serializer[dict[str, Any]]):
    """A unit that a point lies in."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()


class PlaceSerializer(serializers.Serializer[dict[str, Any]]):
    """The units that a point lies in; `found` is false outside the district's boundaries."""

    found = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a field that hides `Field.label`
    district = PlaceUnitSerializer(required=False, allow_null=True)
    street = PlaceUnitSerializer(required=False, allow_null=True)
    community = PlaceUnitSerializer(required=False, allow_null=True)
    grid = PlaceUnitSerializer(required=False, allow_null=True)


class FeatureCollectionSerializer(serializers.Serializer[dict[str, Any]]):
    """GeoJSON in WGS-84."""

    type = serializers.CharField()
    features = serializers.ListField(child=serializers.DictField())
