BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	act VARCHAR(60) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	facts JSON NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-01-01 08:00:00.000000','test','token.issue','e6deb8298f18','{"role": "admin", "envoy": null}','0000000000000000000000000000000000000000000000000000000000000000','a6359ffc9c0a345d3f10fcef49d2b198ef0fc4c60dd74761f4d85b735bd1d722');
INSERT INTO "audit" VALUES(2,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.add','KNH','{}','a6359ffc9c0a345d3f10fcef49d2b198ef0fc4c60dd74761f4d85b735bd1d722','b24dd1d7e3acecdb428d2cf1ce7599f0a981f7a67f5671b7e5b4dbd68804ae70');
INSERT INTO "audit" VALUES(3,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.code','KNH','{}','b24dd1d7e3acecdb428d2cf1ce7599f0a981f7a67f5671b7e5b4dbd68804ae70','534c037645fb502b0ad8800634c0326bf7e949246f590a6878be3da7add5b8a0');
INSERT INTO "audit" VALUES(4,'2026-01-01 08:00:00.000000','hospital:KNH:code','token.issue','b30211bcfac9','{"role": "hospital", "envoy": "KNH"}','534c037645fb502b0ad8800634c0326bf7e949246f590a6878be3da7add5b8a0','fbcfedb523eb06dda893855e9ce42e47a9beff070e8ba4dfff3fc433b72f772f');
INSERT INTO "audit" VALUES(5,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.add','MTRH','{}','fbcfedb523eb06dda893855e9ce42e47a9beff070e8ba4dfff3fc433b72f772f','fa57f68fe88996a5ed1efa3c567947ad225dfd7a03b98c8cace38c36d9963dec');
INSERT INTO "audit" VALUES(6,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.code','MTRH','{}','fa57f68fe88996a5ed1efa3c567947ad225dfd7a03b98c8cace38c36d9963dec','37f73b189c30841f4bac1316635a46644357c63edeeb7c097e7776e6000339f0');
INSERT INTO "audit" VALUES(7,'2026-01-01 08:00:00.000000','hospital:MTRH:code','token.issue','087ff0dcb653','{"role": "hospital", "envoy": "MTRH"}','37f73b189c30841f4bac1316635a46644357c63edeeb7c097e7776e6000339f0','2ee77f839b4932657c99b746215836164fdbb93c4bde55b795bb01d2ce5b4c10');
INSERT INTO "audit" VALUES(8,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.add','Embu','{}','2ee77f839b4932657c99b746215836164fdbb93c4bde55b795bb01d2ce5b4c10','45d9cf15ea48e8595bf7b06e052281bc0c57e53f4db7a7c14a14ba53347a20ee');
INSERT INTO "audit" VALUES(9,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.code','Embu','{}','45d9cf15ea48e8595bf7b06e052281bc0c57e53f4db7a7c14a14ba53347a20ee','fb5ece1d0890bd98ca45a6cd1677e25915629ad258cf2f52760123e2a818b023');
INSERT INTO "audit" VALUES(10,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','envoy.disable','MTRH','{}','fb5ece1d0890bd98ca45a6cd1677e25915629ad258cf2f52760123e2a818b023','f38ad8e3a17a4e9a48d80fa9f23062146f2536d67be856cc17415f7f5328381c');
INSERT INTO "audit" VALUES(11,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.issue','1f2b4ba35501','{"role": "analyst", "envoy": null}','f38ad8e3a17a4e9a48d80fa9f23062146f2536d67be856cc17415f7f5328381c','118769dd9834b4022aef89ea50d46fa1143c0d78c29e98aada7e60afc18e0ea6');
INSERT INTO "audit" VALUES(12,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.issue','d7508330c9d3','{"role": "analyst", "envoy": null}','118769dd9834b4022aef89ea50d46fa1143c0d78c29e98aada7e60afc18e0ea6','c348bb87b7011b2db866261b1f298da3a47364571aadaaaccaf4363a0275290c');
INSERT INTO "audit" VALUES(13,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.issue','f890213dddd1','{"role": "analyst", "envoy": null}','c348bb87b7011b2db866261b1f298da3a47364571aadaaaccaf4363a0275290c','5dd899041ed4062d010284a4e59c507fb82426cf6ae49ba8ad92026a1b9cdcf9');
INSERT INTO "audit" VALUES(14,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.rotate','1f2b4ba35501','{"successor": "f890213dddd1", "holds_until": "2026-01-02T08:00:00+00:00"}','5dd899041ed4062d010284a4e59c507fb82426cf6ae49ba8ad92026a1b9cdcf9','8dee37f5fe268cfcdd9f7635849f70631cff31246645a0ff4ab49f0244da0cb6');
INSERT INTO "audit" VALUES(15,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.revoke','d7508330c9d3','{}','8dee37f5fe268cfcdd9f7635849f70631cff31246645a0ff4ab49f0244da0cb6','d9aada4511d6e6c49683cdb08f03c9db2e76bec5d3efed0ec73e63357b48db2f');
INSERT INTO "audit" VALUES(16,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.issue','637a34ee8bbc','{"role": "analyst", "envoy": null}','d9aada4511d6e6c49683cdb08f03c9db2e76bec5d3efed0ec73e63357b48db2f','9f34454b71018a2a9e1aac92f0b30aa26b1ba063a96d3419dd411ffbee3d1a86');
INSERT INTO "audit" VALUES(17,'2026-01-01 08:00:00.000000','admin:e6deb8298f18','token.issue_again','637a34ee8bbc','{}','9f34454b71018a2a9e1aac92f0b30aa26b1ba063a96d3419dd411ffbee3d1a86','6fc1338205a06fa2461de16ff59ec9dc9c486c9a4f3766a06ccd80d66c5b8aac');
CREATE TABLE enrolment_codes (
	sha256 VARCHAR(64) NOT NULL, 
	envoy_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	used_with VARCHAR(64), 
	token_id VARCHAR(16), 
	CONSTRAINT pk_enrolment_codes PRIMARY KEY (sha256), 
	CONSTRAINT fk_enrolment_codes_envoy_id_envoys FOREIGN KEY(envoy_id) REFERENCES envoys (id)
);
INSERT INTO "enrolment_codes" VALUES('4eb8a9dcac093728d2a6f22e1be9a091c4ca0742515f843ed7449897f554c000',1,'2026-01-01 08:00:00.000000','2026-01-04 08:00:00.000000','2026-01-01 08:00:00.000000',NULL,'b30211bcfac9');
INSERT INTO "enrolment_codes" VALUES('2a387b110a3632d1aa0c5bbb712bdecc3c2ef5940f49c7366a8334b4a02f04d8',2,'2026-01-01 08:00:00.000000','2026-01-04 08:00:00.000000','2026-01-01 08:00:00.000000',NULL,'087ff0dcb653');
INSERT INTO "enrolment_codes" VALUES('a033fc2458dc573119c11eca4494e2b161d00896875e0df3522eb512bd951a2b',3,'2026-01-01 08:00:00.000000','2026-01-04 08:00:00.000000',NULL,NULL,NULL);
CREATE TABLE envoys (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	folded_name VARCHAR(63) NOT NULL, 
	created_at DATETIME NOT NULL, 
	joined_at DATETIME, 
	disabled_at DATETIME, 
	CONSTRAINT pk_envoys PRIMARY KEY (id), 
	CONSTRAINT uq_envoys_folded_name UNIQUE (folded_name)
);
INSERT INTO "envoys" VALUES(1,'KNH','knh','2026-01-01 08:00:00.000000','2026-01-01 08:00:00.000000',NULL);
INSERT INTO "envoys" VALUES(2,'MTRH','mtrh','2026-01-01 08:00:00.000000','2026-01-01 08:00:00.000000','2026-01-01 08:00:00.000000');
INSERT INTO "envoys" VALUES(3,'Embu','embu','2026-01-01 08:00:00.000000',NULL,NULL);
CREATE TABLE "global_models" (
	id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	task_digest VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	strategy VARCHAR(100) NOT NULL, 
	parameters JSON NOT NULL, 
	scaler VARCHAR(63) NOT NULL, 
	model_sha256 VARCHAR(64) NOT NULL, 
	scaler_sha256 VARCHAR(64) NOT NULL, 
	card_sha256 VARCHAR(64) NOT NULL, 
	num_examples INTEGER NOT NULL, 
	inputs JSON NOT NULL, 
	metrics JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	quarantined JSON DEFAULT '[]' NOT NULL, 
	held_out JSON, 
	CONSTRAINT pk_global_models PRIMARY KEY (id), 
	CONSTRAINT uq_global_models_task UNIQUE (task, version)
);
CREATE TABLE idempotency_keys (
	caller VARCHAR(100) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	request_sha256 VARCHAR(64) NOT NULL, 
	reference VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (caller, "key")
);
INSERT INTO "idempotency_keys" VALUES('admin:e6deb8298f18','again','9eb566a1fb64c45fc748ff49663f0b5277dd62cb93051b36273ce4a4b549cf3a','637a34ee8bbc','2026-01-01 08:00:00.000000');
CREATE TABLE publications (
	id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	global_model_id INTEGER NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_publications PRIMARY KEY (id), 
	CONSTRAINT fk_publications_global_model_id_global_models FOREIGN KEY(global_model_id) REFERENCES global_models (id)
);
CREATE TABLE starts (
	id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	base VARCHAR(64) NOT NULL, 
	model_sha256 VARCHAR(64) NOT NULL, 
	scaler_sha256 VARCHAR(64), 
	global_version INTEGER, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_starts PRIMARY KEY (id)
);
INSERT INTO "starts" VALUES(1,'diagnosis_count','8acfaf4c1902bcca73eff3733eb3097576adc6282fd7e90a53d0e63d4720890e','fec5b1a58bd608bb3248b2f6c250e203835903621291a9149bc465116e4341ed',NULL,NULL,'2026-01-01 08:00:00.000000');
CREATE TABLE "statistics" (
	id INTEGER NOT NULL, 
	envoy_id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	num_examples INTEGER NOT NULL, 
	mean JSON NOT NULL, 
	m2 JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	verdict VARCHAR(16) DEFAULT 'admitted' NOT NULL, 
	checks JSON DEFAULT '[]' NOT NULL, 
	decision JSON, 
	CONSTRAINT pk_statistics PRIMARY KEY (id), 
	CONSTRAINT uq_statistics_envoy_id UNIQUE (envoy_id, task, version), 
	CONSTRAINT fk_statistics_envoy_id_envoys FOREIGN KEY(envoy_id) REFERENCES envoys (id)
);
CREATE TABLE submission_files (
	submission_id VARCHAR(32) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	bytes INTEGER NOT NULL, 
	CONSTRAINT pk_submission_files PRIMARY KEY (submission_id, role), 
	CONSTRAINT fk_submission_files_submission_id_submissions FOREIGN KEY(submission_id) REFERENCES submissions (id)
);
CREATE TABLE submissions (
	id VARCHAR(32) NOT NULL, 
	envoy_id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	task_digest VARCHAR(64) NOT NULL, 
	version INTEGER, 
	verdict VARCHAR(16) NOT NULL, 
	parcel VARCHAR(64), 
	base VARCHAR(64) NOT NULL, 
	num_examples INTEGER NOT NULL, 
	metadata_json JSON NOT NULL, 
	checks JSON NOT NULL, 
	created_at DATETIME NOT NULL, decision JSON, 
	CONSTRAINT pk_submissions PRIMARY KEY (id), 
	CONSTRAINT fk_submissions_envoy_id_envoys FOREIGN KEY(envoy_id) REFERENCES envoys (id), 
	CONSTRAINT uq_submissions_parcel UNIQUE (envoy_id, parcel), 
	CONSTRAINT uq_submissions_envoy_id UNIQUE (envoy_id, task, version)
);
CREATE TABLE tokens (
	id VARCHAR(16) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	envoy_id INTEGER, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	last_used_at DATETIME, successor_id VARCHAR(16), 
	CONSTRAINT pk_tokens PRIMARY KEY (id), 
	CONSTRAINT fk_tokens_envoy_id_envoys FOREIGN KEY(envoy_id) REFERENCES envoys (id), 
	CONSTRAINT uq_tokens_sha256 UNIQUE (sha256)
);
INSERT INTO "tokens" VALUES('e6deb8298f18','e57a5aaa3e447f96ee789cd98230e8b6bf2e2f244df816b493805e2c725932e5','admin',NULL,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000',NULL,'2026-01-01 08:00:00.000000',NULL);
INSERT INTO "tokens" VALUES('b30211bcfac9','75e96e08fdfdeaba8e25426fe92eae404c66f96c7737efb8654b66c25c32460c','hospital',1,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000',NULL,NULL,NULL);
INSERT INTO "tokens" VALUES('087ff0dcb653','07814582242289e2108f0ea09c34ca15762e9416ce1cdb19dc1cf2c8143330b5','hospital',2,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000',NULL,NULL,NULL);
INSERT INTO "tokens" VALUES('1f2b4ba35501','39a961fc185c34eca6210419b5bf1b716e3a0a1520974b04e23399e3dcaa8f37','analyst',NULL,'2026-01-01 08:00:00.000000','2026-01-02 08:00:00.000000',NULL,NULL,'f890213dddd1');
INSERT INTO "tokens" VALUES('d7508330c9d3','bb9fbd59643164a0c7a45b50a0934053a628ad34db062c77add777cca5ab097e','analyst',NULL,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000','2026-01-01 08:00:00.000000',NULL,NULL);
INSERT INTO "tokens" VALUES('f890213dddd1','1e4a86cf8c1eff1d32c137638677eb419327cdd48cfceaa8513d2409df6e5cb8','analyst',NULL,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000',NULL,NULL,NULL);
INSERT INTO "tokens" VALUES('637a34ee8bbc','c10eb345819987e76bb5b4350779ee87a1de51e4685d5c33f640e8474f01d95a','analyst',NULL,'2026-01-01 08:00:00.000000','2026-04-01 08:00:00.000000',NULL,NULL,NULL);
CREATE TABLE validation_tables (
	id INTEGER NOT NULL, 
	task VARCHAR(64) NOT NULL, 
	task_digest VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64), 
	rows INTEGER NOT NULL, 
	actor VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_validation_tables PRIMARY KEY (id)
);
CREATE INDEX ix_audit_act ON audit (act);
CREATE INDEX ix_starts_base ON starts (base);
CREATE INDEX ix_starts_model_sha256 ON starts (model_sha256);
CREATE INDEX ix_starts_scaler_sha256 ON starts (scaler_sha256);
CREATE INDEX ix_submissions_created_at ON submissions (created_at);
CREATE INDEX ix_validation_tables_task ON validation_tables (task);
COMMIT;
