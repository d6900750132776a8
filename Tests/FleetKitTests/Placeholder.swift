internal import FleetKit
