"""Community workers' careers: 三岗十八级, appraisal, promotion, removal."""
