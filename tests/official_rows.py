"""One row of each official file, as published: what the importers' tests and fuzzing start from."""

from typing import Any

BRIGADE = {
    "identifiant_public_unite": "1008620",
    "service": "Gendarmerie - Brigade d'Ornex",
    "adresse_geographique": "124 Rue de Béjoud 01210 ORNEX",
    "telephone": "+33 4 50 40 59 30",
    "departement": "01",
    "code_commune_insee": "01281",
    "voie": "124 Rue de Béjoud",
    "code_postal": "01210",
    "commune": "Ornex",
    "geocodage_epsg": "",
    "geocodage_x": "",
    "geocodage_y": "",
    "geocodage_x_GPS": "6.09523",
    "geocodage_y_GPS": "46.27591",
    "horaires_accueil": " Lundi : 8h00-12h00 14h00-18h00 Dimanche : 9h00-12h00 15h00-18h00",
    "url": "https://lannuaire.service-public.fr/ain/gendarmerie-01281-01",
}
SERVICE: dict[str, Any] = {
    "id": "5a1b",
    "nom": "CIDFF de l'Ain",
    "pivot": [{"type_service_local": "cidf", "code_insee_commune": ["01053"]}],
    "adresse": [
        {
            "numero_voie": "100 place Louis-Blériot",
            "code_postal": "01000",
            "nom_commune": "Bourg-en-Bresse",
            "longitude": "5.2332442",
            "latitude": "46.2115667",
        }
    ],
    "telephone": [{"valeur": "0474223964", "description": ""}],
    "site_internet": [{"valeur": "https://www.cidff01.fr", "libelle": ""}],
    "plage_ouverture": [
        {
            "nom_jour_debut": "Lundi",
            "nom_jour_fin": "Vendredi",
            "valeur_heure_debut_1": "09:00:00",
            "valeur_heure_fin_1": "12:00:00",
            "valeur_heure_debut_2": "",
            "valeur_heure_fin_2": "",
        }
    ],
    "code_insee_commune": "01053",
    "date_modification": "12/05/2026 08:00:00",
}
